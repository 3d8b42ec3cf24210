#pragma once

#include <functional>

#include "dsl/tensor.h"
#include "dsl/tracer.h"

// What the functions of control flow share while they are traced.
namespace lithe::region {

std::vector<ValuePtr> values_of(const Tensors& tensors);
TensorTypes types_of(const Tensors& tensors);
/// `tensors` in place of `x, y, z`: parts of a list.
Tensors part(const Tensors& all, size_t begin, size_t end);
Tensors joined(std::initializer_list<const Tensors*> lists);

/// Throws where `now` has other types than `before`; `what` begins the message.
void check_types(const char* id, const std::string& what, const Tensors& before,
                 const Tensors& now);
/// Whether the flag is one bool; else throws `id`.
void check_flag(const char* id, const std::string& what, const Tensor& flag);

/// Records what `body` does with inputs of some types as a region; gives its number.
int64_t record(Tracer& tracer, const TensorTypes& inputs,
               const std::function<Tensors(const Tensors&)>& body);

/// A recorded node: its operands (with the captures of its regions) and results.
struct Recorded {
    Tensors operands, results;
};
Recorded record_node(Tracer& tracer, std::string_view op, const Attrs& attrs, const Tensors& inputs,
                     std::span<const int64_t> regions, const TensorTypes& types);

/// The gradients of a region's operands where `gradients` arrive at its outputs (undefined: none):
/// the region is applied again and differentiated. Undefined for operands that are not floating.
Tensors gradient(Tracer& tracer, int64_t region, const Tensors& operands, const Tensors& gradients);

bool any_requires_grad(const Tensors& tensors);
/// `gradient`, or zeros like `of` where none has arrived.
Tensor or_zeros(const Tensor& gradient, const Tensor& of);

}  // namespace lithe::region
