#pragma once

// Runners of tensor functions: each calls the function by its own name, so that one that lithe has
// not is a compile error.

#include "dsl/indexing.h"
#include "dsl/linalg.h"
#include "dsl/rare_ops.h"
#include "tests/parity/runners.h"

namespace lithe::tests::parity {

/// What a function gets: tensors by position (`x[0]`) and by name, and options.
struct Call {
    const Tensors& x;
    const Options& o;
    const Options& named;

    const Tensor& operator[](size_t i) const { return x.at(i); }
    Tensor tensor(const char* name) const { return named.tensor(name); }
    bool has(const char* name) const { return o.has(name); }
    int64_t integer(const char* name, int64_t other) const { return o.get<int64_t>(name, other); }
    int64_t integer(const char* name) const { return o.integer(name); }
    double number(const char* name, double other) const { return o.number(name, other); }
    /// A size, given as a number or by its name.
    Dim dim(const char* name) const {
        const std::optional<Dim> called = named.size_called(o.row().at(name));
        return called ? *called : Dim(integer(name));
    }
    Shape shape(const char* name) const {
        Shape result;
        for (const Json& size : o.row().at(name)) {
            const std::optional<Dim> called = named.size_called(size);
            result.push_back(called ? *called : Dim(size.get<int64_t>()));
        }
        return result;
    }
    /// A whole number stays one.
    Scalar scalar(const char* name, const Scalar& other = 1) const {
        return has(name) ? o.scalar(name) : other;
    }
    Axes axes(const char* name) const { return has(name) ? Axes(o.list(name)) : Axes(); }
    bool keep() const { return o.flag("keepdim", false); }
};

inline Tensors results(const Tensor& y) { return {y}; }
inline Tensors results(const Tensors& y) { return y; }
inline Tensors results(const std::tuple<Tensor, Tensor>& y) {
    return {std::get<0>(y), std::get<1>(y)};
}
inline Tensors results(const std::tuple<Tensor, Tensor, Tensor>& y) {
    return {std::get<0>(y), std::get<1>(y), std::get<2>(y)};
}

template <class Body>
void function(const std::string& name, const Body& body) {
    add_runner(name, [body](const Options& o) {
        return Built{nullptr, [body, o](const Arguments& in) {
                         return results(body(Call{in.positional, o, in.named}));
                     }};
    });
}

#define LITHE_FUNCTION(name, ...) \
    function("torch." #name, [](const Call& c) { return __VA_ARGS__; })
#define LITHE_UNARY(name) LITHE_FUNCTION(name, lithe::name(c[0]))
#define LITHE_BINARY(name) LITHE_FUNCTION(name, lithe::name(c[0], c[1]))

}  // namespace lithe::tests::parity
