#pragma once

#include "compiler/lower/body.h"

namespace lithe::lower {

/// Lines of an image whose pixels are innermost, with `border` around them: vectors of neighbours
/// are read from any place, without a test.
struct PaddedLines {
    /// `f(x, y, channel, image)`: first the border everywhere, then the pixels over it.
    Halide::Func f;
    Halide::RDom columns;  ///< of the image
};

PaddedLines padded_lines(Body& body, ir::Value image, const Halide::Expr& border);

}  // namespace lithe::lower
