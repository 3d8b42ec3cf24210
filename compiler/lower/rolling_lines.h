#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// The image that a convolution with packed filters and the nodes behind it make for another node
/// of the same kernel: for one panel of channels, the lines that a line of results reads are made
/// by tiles of registers as they are needed, and stay in a ring of lines in a cache.
class RollingLines {
public:
    /// `reader`: the node that reads `image`.
    RollingLines(Body& body, const ir::Node& front, const ir::Node& reader, ir::Value image);

    /// Defines the nodes up to the image, whose Func the lines become.
    void define();
    /// `task`: the loop of the consumer for which a ring is, `line` the one over its lines, each of
    /// which reads `reach` lines of the image.
    void schedule(const Halide::Func& consumer, const Halide::Var& task, const Halide::Var& line,
                  int64_t reach);

    /// Channels of a panel.
    int width() const { return width_; }
    /// Lines of `height` results that one task makes. Panels alone would leave a second thread idle
    /// where they are few and odd: then images are cut, and a few lines are made twice.
    int strip_lines(int64_t height) const;
    /// Whether a second thread is worth it for the convolution and `more` operations an image.
    bool is_parallel(double more) const;

private:
    void define_sum(const Coords& extents, const ReduceBody& value);
    bool goes_over_lines() const;
    void schedule_tile(Halide::Func f, const Halide::Func& reader, const Halide::Var& tile) const;

    Body& body_;
    const ir::Node& front_;
    const ir::Node& reader_;
    ir::Value image_;
    int width_, rows_, lanes_;
    bool is_light_ = true;
    Halide::RDom terms_;
    Halide::Func ring_{"ring"}, sum_{"acc"}, tile_{"tile"};
};

}  // namespace lithe::lower
