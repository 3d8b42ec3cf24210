#pragma once

#include <string>
#include <vector>

#include "dsl/dim.h"
#include "runtime/dtype.h"

namespace lithe {

/// The type of a value: what the elements are and how many along each axis.
struct TensorType {
    DType dtype = DType::f32;
    Shape shape;

    int rank() const { return static_cast<int>(shape.size()); }
    Dim count() const { return product(shape); }
    const Dim& size(int axis) const { return shape[static_cast<size_t>(axis)]; }
    /// `f32[N, 3, 224, 224]`
    std::string str() const;
    /// Parses what str() prints. Errors: type.syntax.
    static TensorType parse(std::string_view text);
};

bool same(const TensorType& a, const TensorType& b);

/// The types of an op's results; most ops have one.
struct TensorTypes : std::vector<TensorType> {
    using std::vector<TensorType>::vector;
    TensorTypes(TensorType single) { push_back(std::move(single)); }
};

/// The shape to which both broadcast, as in NumPy. Errors: broadcast.shapes, worded for `op`.
Shape broadcast(std::string_view op, const Shape& a, const Shape& b);

/// The dtype of arithmetic between two dtypes, as PyTorch promotes tensors of equal rank.
DType promote(DType a, DType b);

/// LibTorch's name of a dtype: "Float".
const char* toString(DType dtype);  // NOLINT

/// An axis given as in Python, -1 being the last, as 0..rank-1. Errors: <op>.axis.
int normalize_axis(std::string_view op, int64_t axis, int rank);

}  // namespace lithe
