// Lets realloc.go declare a function without a body.
