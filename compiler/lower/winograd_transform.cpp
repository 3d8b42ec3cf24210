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

}  // namespace

Expr transform_row(const ir::WinogradTransforms::Matrix& matrix, const Expr& index,
                   const std::function<Expr(int)>& element) {
    std::vector<Expr> rows;
    for (const std::vector<double>& row : matrix) rows.push_back(dot(row, element));
    return mux(index, rows);
}

Expr winograd_pixel(Body& body, ir::Value x, const Expr& image, const Expr& row, const Expr& column,
                    const Expr& channel) {
    const TensorType& type = x.type();
    const Expr height = body.size(type.size(1)), width = body.size(type.size(2));
    const Expr is_inside = row >= 0 && row < height && column >= 0 && column < width;
    const Coords at{image, clamp(row, 0, height - 1), clamp(column, 0, width - 1), channel};
    return select(is_inside, body.at(x, at), 0.f);
}

Expr winograd_untransformed(const ir::WinogradTransforms& transforms, const Expr& s, const Expr& t,
                            const std::function<Expr(int u, int v)>& element) {
    const ir::WinogradTransforms::Matrix& g = transforms.filter;
    const int last = static_cast<int>(g.size()) - 1;
    const auto along = [&](const Expr& tap, const std::function<Expr(int)>& each) {
        const Expr middle = (each(1) - each(2)) * static_cast<float>(0.5 / g[1][1]);
        return select(tap == 0, each(0) * static_cast<float>(1 / g[0][0]),
                      select(tap == 2, each(last), middle));
    };
    return along(s, [&](int u) { return along(t, [&](int v) { return element(u, v); }); });
}

}  // namespace lithe::lower
