#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/artifact.h"
#include "runtime/tensor_view.h"

namespace lithe {

/// Finds the values of an artifact's symbols from the shapes of its inputs, and checks both.
class SizeBinder {
public:
    /// The artifact must outlive the binder. Errors: artifact.invalid where a symbol follows from
    /// no input.
    explicit SizeBinder(const artifact::Artifact& artifact);

    /// Writes the value of every symbol.
    /// Errors: input.count, input.dtype, input.rank, input.size, input.range, input.multiple.
    void bind(std::span<const ConstTensorView> inputs, std::span<int64_t> values) const;

    /// Checks one tensor of the caller against what an output has under these sizes.
    /// Errors: output.dtype, output.shape.
    void check_output(size_t index, const TensorView& output,
                      std::span<const int64_t> values) const;

    std::vector<int64_t> output_shape(size_t index, std::span<const int64_t> values) const;

private:
    /// Where a symbol is the only unknown: a size that is linear in it.
    struct Source {
        int64_t symbol;
        size_t input, dimension;
    };

    bool find_source(int64_t symbol, const std::vector<bool>& known);
    void check_types(std::span<const ConstTensorView> inputs) const;
    void solve(const Source& source, std::span<const ConstTensorView> inputs,
               std::span<int64_t> values) const;
    void check_symbol(const Source& source, const ConstTensorView& input, int64_t value) const;
    void check_sizes(std::span<const ConstTensorView> inputs,
                     std::span<const int64_t> values) const;

    const artifact::Artifact& artifact_;
    std::vector<Source> sources_;  // in an order in which each can be solved
};

}  // namespace lithe
