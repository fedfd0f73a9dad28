// The component: everything it exports is in the generated bindings, which call
// the package beside this file.
package main

import _ "minimum-age/internal/bindings/wit_exports"

// Never called: a component is a library.
func main() {}
