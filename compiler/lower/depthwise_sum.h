#pragma once

#include <functional>
#include <vector>

#include "compiler/lower/body.h"

namespace lithe::lower {

/// The sums of a depthwise convolution: a few pixels of a line for one vector of channels, in
/// registers, all taps unrolled. Lines and columns outside of the image are left out where they
/// are met, so that no padded copy is needed. Of narrow groups a vector holds several: every lane
/// finds the channels of its own group by moving lanes.
class DepthwiseSum {
public:
    /// An element of the image, at coordinates inside of it.
    using Read = std::function<Halide::Expr(const Coords& at)>;

    DepthwiseSum(Body& body, const ir::Node& anchor, int lanes);

    /// Defines the anchor's Func.
    void define(const Read& read);
    /// A tile for every turn of `at` of the consumer's loops, which are unrolled over it where what
    /// is behind the sums is light. Else they read it from memory of its own: registers that a loop
    /// goes over would have to lie there from the beginning. That may have a whole line, for every
    /// turn of `line`.
    void schedule(Halide::Func& consumer, const Halide::Var& at, const Halide::Var& line,
                  bool is_light);

    int lanes() const { return lanes_; }
    /// Pixels of a tile.
    int columns() const { return columns_; }
    /// Lines of the image that one line of results reads, those between them included.
    int64_t lines() const;
    int64_t products() const;  ///< of one image

private:
    bool has_one_padded_line() const;
    Halide::Expr tap(const Read& read) const;
    int64_t products_each() const { return taps_[0] * taps_[1] * depth_; }

    Body& body_;
    const ir::Node& anchor_;
    const TensorType& type_;
    std::vector<int64_t> stride_, dilation_, pad_, taps_;
    int lanes_ = 1, columns_ = 1;
    int depth_ = 1;  ///< channels of a group
    Halide::Var c_{"c"}, x_{"x"}, y_{"y"}, n_{"n"};
    Halide::RDom window_;
    Halide::Func sum_{"sum"}, conv_{"conv"};
};

}  // namespace lithe::lower
