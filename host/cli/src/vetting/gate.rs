//! Plugins without those that were refused.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{
    Choice, Context, EvaluationError, Failure, Filtered, MessageInput, Plugins,
};

/// Answers for a refused plugin with the reason, whatever else has its name.
pub struct Gate<P> {
    plugins: P,
    refused: BTreeMap<String, String>,
}

impl<P> Gate<P> {
    /// The plugins, but for those in `refused`, which maps names to reasons.
    pub fn new(plugins: P, refused: BTreeMap<String, String>) -> Self {
        Self { plugins, refused }
    }

    fn pass(&self, call: &PluginCall) -> Result<&P, EvaluationError> {
        match self.refused.get(&call.plugin) {
            None => Ok(&self.plugins),
            Some(reason) => Err(EvaluationError {
                plugin: call.plugin.clone(),
                failure: Failure::Refused(reason.clone()),
            }),
        }
    }
}

#[async_trait]
impl<P: Plugins> Plugins for Gate<P> {
    async fn filter(
        &self,
        call: &PluginCall,
        tags: &Arc<TagSet>,
        context: &Context,
    ) -> Result<Filtered, EvaluationError> {
        self.pass(call)?.filter(call, tags, context).await
    }

    async fn select(
        &self,
        call: &PluginCall,
        candidates: &Candidates,
        context: &Context,
    ) -> Result<Choice, EvaluationError> {
        self.pass(call)?.select(call, candidates, context).await
    }

    async fn message(
        &self,
        call: &PluginCall,
        input: &MessageInput,
    ) -> Result<String, EvaluationError> {
        self.pass(call)?.message(call, input).await
    }
}
