#include "compiler/lower/winograd_transform.h"

#include <cmath>

namespace lithe::lower {

using Halide::Expr;

namespace {

using Row = std::vector<double>;
using Element = std::function<Expr(int)>;

Expr plus(const Expr& total, const Expr& e, double coefficient) {
    if (total.defined() && coefficient == -1) return total - e;
    const Expr term = coefficient == 1 ? e : e * static_cast<float>(coefficient);
    return total.defined() ? total + term : term;
}

/// sum of coefficients times elements, without those that are 0. Of two with one factor the sum or
/// the difference comes first: points of both signs have these in common in all rows of a result.
Expr dot(const Row& row, const Element& element) {
    Expr total;
    std::vector<bool> is_done(row.size(), false);
    for (size_t i = 0; i < row.size(); ++i) {
        if (row[i] == 0 || is_done[i]) continue;
        Expr e = element(static_cast<int>(i));
        for (size_t j = i + 1; j < row.size(); ++j) {
            if (is_done[j] || std::abs(row[j]) != std::abs(row[i])) continue;
            const Expr other = element(static_cast<int>(j));
            e = row[j] == row[i] ? e + other : e - other;
            is_done[j] = true;
            break;
        }
        total = plus(total, e, row[i]);
    }
    return total;
}

/// The row that differs in the signs of some coefficients alone: that of the opposite point; null
/// where there is none.
const Row* opposite_of(const ir::WinogradTransforms::Matrix& matrix, const Row& row) {
    for (const Row& other : matrix) {
        int equal = 0, opposite = 0, apart = 0;
        for (size_t i = 0; i < row.size(); ++i) {
            if (row[i] != 0 || other[i] != 0)
                ++(row[i] == other[i] ? equal : row[i] == -other[i] ? opposite : apart);
        }
        if (apart == 0 && equal > 1 && opposite > 1) return &other;
    }
    return nullptr;
}

/// Even and odd powers on their own, which the opposite row has in common with this one.
Expr dot_of_pair(const Row& row, const Row& opposite, const Element& element) {
    Row even(row.size(), 0.0), odd = even;
    double factor = 0;
    for (size_t i = 0; i < row.size(); ++i) {
        (row[i] == opposite[i] ? even : odd)[i] = row[i];
        if (odd[i] != 0) factor = odd[i];
    }
    for (double& coefficient : odd) coefficient /= factor;
    return plus(dot(even, element), dot(odd, element), factor);
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
    for (const Row& row : matrix) {
        const Row* other = opposite_of(matrix, row);
        rows.push_back(other ? dot_of_pair(row, *other, element) : dot(row, element));
    }
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
