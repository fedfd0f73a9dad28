//! The port of the reconcile loop.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{
    self, Choice, Context, EvaluationError, Failure, Filtered, MessageInput,
};
use tokio::{sync::Semaphore, task, time};

use crate::{Builder, EngineOptions, Sandbox};

/// How much longer than a plugin's own deadlines the loop waits for a thread.
const GRACE: Duration = Duration::from_secs(5);

/// The sandbox as the loop sees it: asynchronous, with so many evaluations at
/// once, and patient no longer than the deadlines allow.
#[derive(Clone)]
pub struct Plugins {
    sandbox: Arc<Sandbox>,
    permits: Arc<Semaphore>,
    patience: Duration,
}

impl Plugins {
    /// Collects the plugins there are to be.
    #[must_use]
    pub fn builder(options: EngineOptions) -> Builder {
        Builder::new(options)
    }

    pub(crate) fn new(sandbox: Sandbox, options: &EngineOptions) -> Self {
        let limits = &options.limits;
        Self {
            sandbox: Arc::new(sandbox),
            permits: Arc::new(Semaphore::new(options.slots())),
            // A call compiles at most, validates, evaluates and looks images up.
            patience: limits.compile_deadline
                + 2 * limits.deadline
                + limits.lookup_deadline
                + GRACE,
        }
    }

    /// The same plugins, evaluated on the calling thread.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Evaluates on a blocking thread. Epochs stop a guest; should something
    /// else be stuck, the loop goes on and only the thread is lost.
    async fn evaluate<R: Send + 'static>(
        &self,
        call: &PluginCall,
        decide: impl FnOnce(&Sandbox, &PluginCall) -> Result<R, EvaluationError> + Send + 'static,
    ) -> Result<R, EvaluationError> {
        let failed = |failure| EvaluationError { plugin: call.plugin.clone(), failure };
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let (sandbox, own_call) = (Arc::clone(&self.sandbox), call.clone());
        let span = tracing::Span::current();
        let evaluation = task::spawn_blocking(move || {
            let _held_to_the_end = permit;
            span.in_scope(|| decide(&sandbox, &own_call))
        });
        match time::timeout(self.patience, evaluation).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(lost)) => Err(failed(Failure::Trap(format!("the engine failed: {lost}")))),
            Err(_) => Err(failed(Failure::Timeout(self.patience))),
        }
    }
}

#[async_trait]
impl ports::Plugins for Plugins {
    async fn filter(
        &self,
        call: &PluginCall,
        tags: &Arc<TagSet>,
        context: &Context,
    ) -> Result<Filtered, EvaluationError> {
        let (tags, context) = (Arc::clone(tags), context.clone());
        self.evaluate(call, move |sandbox, call| sandbox.filter(call, &tags, &context)).await
    }

    async fn select(
        &self,
        call: &PluginCall,
        candidates: &Candidates,
        context: &Context,
    ) -> Result<Choice, EvaluationError> {
        let (candidates, context) = (candidates.clone(), context.clone());
        self.evaluate(call, move |sandbox, call| sandbox.select(call, &candidates, &context)).await
    }

    async fn message(
        &self,
        call: &PluginCall,
        input: &MessageInput,
    ) -> Result<String, EvaluationError> {
        let input = input.clone();
        self.evaluate(call, move |sandbox, call| sandbox.message(call, &input)).await
    }
}
