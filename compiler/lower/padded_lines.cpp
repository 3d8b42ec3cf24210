#include "compiler/lower/padded_lines.h"

#include "compiler/ir/sizes.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::RDom;
using Halide::Var;

/// Windows further apart leave most of what lies between them unread.
constexpr int64_t most_phases = 4;

}  // namespace

PaddedLines::PaddedLines(Body& body, ir::Value image, const Expr& border, const LineWindow& window)
    : window_(window), lanes_(body.target().lanes()) {
    const bool fills_vectors = image.type().size(3).constant() >= window.stride * lanes_;
    if (window.stride <= most_phases && fills_vectors) step_ = static_cast<int>(window.stride);
    const std::vector<Var> vars = Body::vars(4);
    std::vector<Var> all = vars;
    if (step_ > 1) all.insert(all.begin() + 1, Var("phase"));
    stored_(all) = Halide::undef<float>();
    for (int phase = 0; phase < step_; ++phase) define_phase(body, image, border, phase);
    std::vector<Expr> at(vars.begin(), vars.end());
    if (step_ > 1) {
        at.insert(at.begin() + 1, at[0] % step_);
        at[0] = at[0] / step_;
    }
    lines_(vars) = stored_(at);
    if (step_ > 1) stored_.bound(all[1], 0, step_);
}

std::vector<Expr> PaddedLines::coords(const Expr& x, int phase) const {
    const std::vector<Var> vars = Body::vars(4);
    std::vector<Expr> at(vars.begin(), vars.end());
    at[0] = x;
    if (step_ > 1) at.insert(at.begin() + 1, phase);
    return at;
}

void PaddedLines::define_phase(Body& body, ir::Value image, const Expr& border, int phase) {
    const Shape& sizes = image.type().shape;
    const auto height = static_cast<int>(sizes[2].constant());
    const int64_t width = sizes[3].constant();
    const auto fill = [&](int64_t begin, int64_t end) {
        if (begin >= end) return;
        const RDom columns(static_cast<int>(begin), static_cast<int>(end - begin));
        stored_(coords(columns.x, phase)) = border;
    };
    const int64_t count = std::max<int64_t>(ir::ceil_div(width - phase, step_), 0);
    const int64_t last =
        (window_.places - 1) * window_.stride + (window_.taps - 1) * window_.dilation - window_.pad;
    fill(-ir::ceil_div(window_.pad, step_), 0);
    fill(count, last < 0 ? 0 : last / step_ + 1);
    if (count == 0) return;
    const std::vector<Var> vars = Body::vars(4);
    const Var &y = vars[1], &channel = vars[2], &n = vars[3];
    // Of phases the last vector begins within the one before: a mask would take its loads apart.
    const auto all = static_cast<int>(count);
    const int lanes = step_ == 1 ? all : std::min(lanes_, all);
    const RDom columns(0, lanes, 0, static_cast<int>(ir::ceil_div(all, lanes)));
    const Expr x = min(columns.y * lanes, all - lanes) + columns.x;
    const Expr pixel = body.at(image, {n, channel, clamp(y, 0, height - 1), x * step_ + phase});
    pixels_.push_back({stored_.num_update_definitions(), columns.x});
    stored_(coords(x, phase)) = select(y >= 0 && y < height, pixel, border);
}

void PaddedLines::vectorize() {
    for (const auto& [update, lane] : pixels_)
        stored_.update(update).allow_race_conditions().vectorize(lane, lanes_,
                                                                 Halide::TailStrategy::GuardWithIf);
}

}  // namespace lithe::lower
