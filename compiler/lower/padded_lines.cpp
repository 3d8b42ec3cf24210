#include "compiler/lower/padded_lines.h"

namespace lithe::lower {

PaddedLines padded_lines(Body& body, ir::Value image, const Halide::Expr& border) {
    const Shape& sizes = image.type().shape;
    const auto height = static_cast<int>(sizes[2].constant());
    const auto width = static_cast<int>(sizes[3].constant());
    const std::vector<Halide::Var> vars = Body::vars(4);
    const Halide::Var &y = vars[1], &channel = vars[2], &n = vars[3];
    PaddedLines lines{Halide::Func("padded"), Halide::RDom(0, width)};
    lines.f(vars) = border;
    const Halide::Expr pixel =
        body.at(image, {n, channel, clamp(y, 0, height - 1), lines.columns.x});
    lines.f(lines.columns.x, y, channel, n) = select(y >= 0 && y < height, pixel, border);
    return lines;
}

}  // namespace lithe::lower
