#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dsl/array.h"
#include "dsl/op.h"
#include "dsl/tensor_type.h"

namespace lithe {

class Tracer;
struct GradNode;

/// What a tensor holds at one moment: data, or a value of the running trace. Immutable.
struct Value {
    TensorType type;
    Array array;                          ///< defined when eager
    Tracer* tracer = nullptr;             ///< set when symbolic
    int64_t id = -1;                      ///< the tracer's id of the value
    uint64_t trace_serial = 0;            ///< which trace; values of finished traces are refused
    std::shared_ptr<GradNode> grad_node;  ///< what computed it, where a gradient is wanted
    int grad_output = 0;                  ///< which result of it

    bool is_symbolic() const { return tracer != nullptr; }
};
using ValuePtr = std::shared_ptr<const Value>;

/// Holds the current value of a tensor and of all its views and aliases. Writing replaces the
/// value, so a trace sees in-place code as new values.
struct Cell {
    ValuePtr value;
    uint64_t version = 0;
};

/// How a view is made from its cell: the view ops in order, each applied to the result before.
struct ViewStep {
    OpCall call;
};

}  // namespace lithe
