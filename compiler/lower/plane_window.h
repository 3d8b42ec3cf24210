#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// The window that a body slides over planes, pixels innermost in memory, elementwise nodes behind
/// it; null for any other body.
ir::Node* plane_window(const ir::Node& group);

/// Whether the window gives the largest of its pixels, and where that is.
bool is_largest(const ir::Node& window);

/// What families of windows over planes share.
class PlaneWindow {
public:
    /// A plane that is brought into the nearest caches as a whole; of others some lines are.
    static constexpr int64_t most_plane_bytes = 64 << 10;

    PlaneWindow(const ir::Node& group, Body& body);

    const ir::Node& anchor() const { return anchor_; }
    int64_t kernel(size_t axis) const { return kernel_[axis]; }
    int64_t stride(size_t axis) const { return stride_[axis]; }
    int64_t dilation(size_t axis) const { return dilation_[axis]; }
    int64_t pad(size_t axis) const;
    /// Of the image and of the result.
    int64_t pixels(size_t axis) const;
    int64_t places(size_t axis) const { return type_.size(static_cast<int>(axis) + 2).constant(); }
    /// Pixels along a spatial axis that `places` results read.
    int64_t reach(size_t axis, int64_t places) const {
        return (places - 1) * stride_[axis] + (kernel_[axis] - 1) * dilation_[axis] + 1;
    }

    /// Defines the nodes and schedules the result: a loop over tasks, which are planes, in it one
    /// over lines, in it one over vectors.
    Halide::Func schedule_result(const Halide::Var& task, const Halide::Var& vector);

private:
    bool is_parallel() const;
    Halide::Func define_line();

    Body& body_;
    ir::Node& anchor_;
    const TensorType& type_;
    Sizes kernel_, stride_, dilation_;
};

}  // namespace lithe::lower
