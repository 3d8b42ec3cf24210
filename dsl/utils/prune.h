#pragma once

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "dsl/module.h"

// Pruning: the parameter NAME_orig and the buffer NAME_mask take the place of NAME = NAME_orig *
// NAME_mask. Pruning again prunes what is left. An amount is a number of elements, or a share of
// them in 0..1.

namespace lithe::nn::utils::prune {

/// A count (an integer) or a share (a floating number).
class Amount {
public:
    template <std::integral T>
    Amount(T count) : count_(static_cast<int64_t>(count)), is_share_(false) {}
    Amount(double share) : share_(share), is_share_(true) {}
    /// How many of `total`. Errors: prune.amount.
    int64_t of(int64_t total) const;

private:
    double share_ = 0;
    int64_t count_ = 0;
    bool is_share_;
};

/// Prunes nothing yet: makes the parameter and the mask.
void identity(Module& module, const std::string& name);
/// Prunes elements at random.
void random_unstructured(Module& module, const std::string& name, Amount amount);
/// Prunes the elements of the smallest absolute value, or of the smallest importance where scores
/// are given.
void l1_unstructured(Module& module, const std::string& name, Amount amount,
                     const Tensor& importance_scores = {});
/// Prunes whole slices along `dim`: at random, or those of the smallest n-norm.
void random_structured(Module& module, const std::string& name, Amount amount, int64_t dim);
void ln_structured(Module& module, const std::string& name, Amount amount, double n, int64_t dim,
                   const Tensor& importance_scores = {});
/// Keeps the elements where the mask is 1. Errors: prune.mask.
void custom_from_mask(Module& module, const std::string& name, const Tensor& mask);
/// Prunes the smallest absolute values (or, with `is_random`, any) over several parameters
/// together.
void global_unstructured(const std::vector<std::pair<Module*, std::string>>& parameters,
                         Amount amount, bool is_random = false);

/// Makes the pruned value the parameter. Errors: utils.missing.
void remove(Module& module, const std::string& name);
/// Whether a parameter of the module, or of one below it, is pruned.
bool is_pruned(const Module& module);

}  // namespace lithe::nn::utils::prune
