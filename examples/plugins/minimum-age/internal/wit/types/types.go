// Package wit_types has the types that the generated bindings use where WIT says
// option and result.
package wit_types

// Unit is nothing.
type Unit struct{}

// The cases of an option.
const (
	OptionNone = 0
	OptionSome = 1
)

// Option is a value that may be missing.
type Option[T any] struct {
	tag   uint8
	value T
}

// Some is a value that is there.
func Some[T any](value T) Option[T] { return Option[T]{OptionSome, value} }

// None is a value that is missing.
func None[T any]() Option[T] { return Option[T]{} }

// Tag says which case it is.
func (o Option[T]) Tag() uint8 { return o.tag }

// IsSome tells whether the value is there.
func (o Option[T]) IsSome() bool { return o.tag == OptionSome }

// Some is the value; it panics where there is none.
func (o Option[T]) Some() T {
	if o.tag != OptionSome {
		panic("there is no value")
	}
	return o.value
}

// SomeOr is the value, or another where there is none.
func (o Option[T]) SomeOr(other T) T {
	if o.tag != OptionSome {
		return other
	}
	return o.value
}

// The cases of a result.
const (
	ResultOk  = 0
	ResultErr = 1
)

// Result is a value, or an error.
type Result[T any, E any] struct {
	tag   uint8
	value T
	err   E
}

// Ok is a value.
func Ok[T any, E any](value T) Result[T, E] { return Result[T, E]{tag: ResultOk, value: value} }

// Err is an error.
func Err[T any, E any](err E) Result[T, E] { return Result[T, E]{tag: ResultErr, err: err} }

// Tag says which case it is.
func (r Result[T, E]) Tag() uint8 { return r.tag }

// IsOk tells whether it is a value.
func (r Result[T, E]) IsOk() bool { return r.tag == ResultOk }

// IsErr tells whether it is an error.
func (r Result[T, E]) IsErr() bool { return r.tag == ResultErr }

// Ok is the value; it panics where there is an error.
func (r Result[T, E]) Ok() T {
	if r.tag != ResultOk {
		panic("there is an error")
	}
	return r.value
}

// Err is the error; it panics where there is none.
func (r Result[T, E]) Err() E {
	if r.tag != ResultErr {
		panic("there is no error")
	}
	return r.err
}
