#pragma once

#include <utility>

#include "dsl/tensor.h"

namespace lithe::data {

namespace example {
struct NoTarget {};
}  // namespace example

/// A sample, or a batch of them: what goes into the model, and what should come out.
template <class Data = Tensor, class Target = Tensor>
struct Example {
    using DataType = Data;
    using TargetType = Target;

    Example() = default;
    Example(Data d, Target t) : data(std::move(d)), target(std::move(t)) {}

    Data data;
    Target target;
};

template <class Data>
struct Example<Data, example::NoTarget> {
    using DataType = Data;
    using TargetType = example::NoTarget;

    Example() = default;
    Example(Data d) : data(std::move(d)) {}
    operator Data&() { return data; }
    operator const Data&() const { return data; }

    Data data;
};

using TensorExample = Example<Tensor, example::NoTarget>;

}  // namespace lithe::data
