#pragma once

#include "dsl/tensor.h"

namespace lithe::nn::utils {

/// The norm of all tensors as if they were one vector; `norm_type` may be infinite. Errors:
/// clip_grad.nonfinite.
double get_total_norm(const Tensors& tensors, double norm_type = 2,
                      bool error_if_nonfinite = false);

/// Scales the gradients so that their total norm is at most max_norm; gives the norm before.
/// Errors: clip_grad.nonfinite.
double clip_grad_norm_(const Tensors& parameters, double max_norm, double norm_type = 2,
                       bool error_if_nonfinite = false);
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2,
                       bool error_if_nonfinite = false);
/// The second half: scales by what get_total_norm gave.
void clip_grads_with_norm_(const Tensors& parameters, double max_norm, double total_norm);

/// Brings each element of the gradients into -clip_value..clip_value.
void clip_grad_value_(const Tensors& parameters, double clip_value);
void clip_grad_value_(const Tensor& parameter, double clip_value);

/// All parameters in one vector, and back. Errors: parameters_to_vector.empty,
/// vector_to_parameters.size.
Tensor parameters_to_vector(const Tensors& parameters);
void vector_to_parameters(const Tensor& vector, const Tensors& parameters);

}  // namespace lithe::nn::utils
