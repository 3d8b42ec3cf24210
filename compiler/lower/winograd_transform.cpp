#include "compiler/lower/winograd_transform.h"

namespace lithe::lower {

using Halide::Expr;

namespace {

/// sum of coefficients times elements, without those that are 0.
Expr dot(const std::vector<double>& coefficients, const std::function<Expr(int)>& element) {
    Expr total;
    for (size_t i = 0; i < coefficients.size(); ++i) {
        if (coefficients[i] == 0) continue;
        const Expr e = element(static_cast<int>(i));
        const Expr term = coefficients[i] == 1 ? e : e * static_cast<float>(coefficients[i]);
        total = total.defined() ? total + term : term;
    }
    return total;
}

/// A difference comes first, so that a tap that is 0 comes out as one.
Expr untransformed(const std::vector<double>& coefficients,
                   const std::function<Expr(int)>& element) {
    std::vector<int> used;
    for (size_t i = 0; i < coefficients.size(); ++i) {
        if (coefficients[i] != 0) used.push_back(static_cast<int>(i));
    }
    const auto factor = [&](size_t i) { return coefficients[static_cast<size_t>(used[i])]; };
    if (used.size() != 2 || factor(0) != -factor(1)) return dot(coefficients, element);
    return (element(used[0]) - element(used[1])) * static_cast<float>(factor(0));
}

}  // namespace

Expr transform_row(const ir::WinogradTransforms::Matrix& matrix, const Expr& index,
                   const std::function<Expr(int)>& element) {
    std::vector<Expr> rows;
    for (const std::vector<double>& row : matrix) rows.push_back(dot(row, element));
    return rows.size() == 1 ? rows[0] : mux(index, rows);
}

Expr winograd_pixel(Body& body, ir::Value x, const Expr& image, const Expr& row, const Expr& column,
                    const Expr& channel) {
    const TensorType& type = x.type();
    const Expr height = body.size(type.size(1)), width = body.size(type.size(2));
    const Expr is_inside = row >= 0 && row < height && column >= 0 && column < width;
    const Coords at{image, clamp(row, 0, height - 1), clamp(column, 0, width - 1), channel};
    return select(is_inside, body.at(x, at), 0.f);
}

Expr winograd_untransformed(const ir::WinogradAxes& axes, const Expr& s, const Expr& t,
                            const std::function<Expr(int u, int v)>& element) {
    const auto along = [&](const ir::WinogradAxis& axis, const Expr& tap,
                           const std::function<Expr(int)>& each) {
        const ir::WinogradTransforms::Matrix& rows = axis.transforms().taps;
        Expr value = untransformed(rows.back(), each);
        for (size_t i = rows.size() - 1; i-- > 0;) {
            value = select(tap == static_cast<int>(i), untransformed(rows[i], each), value);
        }
        return value;
    };
    return along(axes.down, s, [&](int u) {
        return along(axes.across, t, [&](int v) { return element(u, v); });
    });
}

}  // namespace lithe::lower
