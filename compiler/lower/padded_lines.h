#pragma once

#include <vector>

#include "compiler/lower/body.h"

namespace lithe::lower {

/// How a window slides along the lines of an image.
struct LineWindow {
    int64_t places;  ///< of results
    int64_t taps, stride, dilation, pad;
};

/// Lines of an image whose pixels are innermost, with `border` around them: vectors of neighbours
/// are read from any place, without a test. Where windows are a few pixels apart, pixels as far
/// apart lie side by side: every `step`th column, in as many phases.
class PaddedLines {
public:
    PaddedLines(Body& body, ir::Value image, const Halide::Expr& border, const LineWindow& window);

    /// The Func of what is stored; it has `x, phase, line, channel, image`, without the phase where
    /// there is but one.
    Halide::Func& stored() { return stored_; }
    /// What stands in the place of the image: `x, line, channel, image`.
    const Halide::Func& lines() const { return lines_; }
    /// Stores by vectors.
    void vectorize();

private:
    std::vector<Halide::Expr> coords(const Halide::Expr& x, int phase) const;
    void define_phase(Body& body, ir::Value image, const Halide::Expr& border, int phase);

    LineWindow window_;
    int lanes_, step_ = 1;
    Halide::Func stored_{"padded"}, lines_{"lines"};
    struct Pixels {
        int update;  ///< that stores them
        Halide::RVar lane;
    };
    std::vector<Pixels> pixels_;
};

}  // namespace lithe::lower
