// Jacobi's rotations: see linalg_jacobi.h. In a round every column is turned with one other, in a
// sweep of n - 1 rounds with every other, as in a tournament.
#include "dsl/functions/linalg_jacobi.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "dsl/control_flow.h"
#include "dsl/ops.h"
#include "runtime/error.h"

namespace lithe::linalg {
namespace {

/// Sweeps until nothing changes in f64, with some to spare: they converge quadratically, and need
/// about one more where a matrix is twice as large.
int64_t sweeps_for(int64_t n) {
    return 6 + static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(n)));
}

/// Whom each column meets in each round, [rounds, n]; itself where it pauses.
Tensor partners(int64_t n) {
    const int64_t players = n + n % 2, rounds = std::max<int64_t>(players - 1, 1);
    const int64_t count = sweeps_for(n) * rounds;
    const Array table = Array::empty(DType::i64, {count, n});
    for (int64_t r = 0; r < count; ++r) {
        int64_t* row = table.data<int64_t>() + r * n;
        for (int64_t j = 0; j < n; ++j) {
            // All but the last player go round in a circle; the last one stands in its middle.
            const int64_t turn = r % rounds;
            const int64_t across = (2 * turn - j % rounds + 2 * rounds) % rounds;
            int64_t other = j == players - 1 ? turn : j == turn ? players - 1 : across;
            row[j] = other < n ? other : j;
        }
    }
    return Tensor::from(table);
}

/// The rotation of each column j with its partner p: column j becomes c[j] x[j] - s[j] x[p].
struct Turn {
    Tensor c, s;
};

/// The turn after which the two are orthogonal: `own` and `other` are their squares, `both` their
/// product. The two columns of a pair get opposite angles.
Turn turn_of(const Tensor& own, const Tensor& other, const Tensor& both, const Tensor& partner) {
    const Tensor place = arange(own.size(-1));
    const Tensor pauses = logical_or(partner == place, both == 0);
    const Tensor zeta = (other - own) / where(pauses, 1, both * 2);
    const Tensor is_up = logical_or(zeta > 0, logical_and(zeta == 0, place < partner));
    const Tensor least = 1 / (abs(zeta) + sqrt(zeta * zeta + 1));
    const Tensor tangent = where(pauses, 0, where(is_up, least, -least));
    const Tensor c = 1 / sqrt(tangent * tangent + 1);
    return {c, c * tangent};
}

Tensor turn_columns(const Tensor& x, const Turn& turn, const Tensor& partner) {
    return x * unsqueeze(turn.c, -2) - index_select(x, -1, partner) * unsqueeze(turn.s, -2);
}

int64_t constant_size(const Tensor& a, int64_t axis) {
    if (a.size(axis).is_constant()) return a.size(axis).constant();
    throw UserError("linalg.size",
                    "linalg.svd: expected matrices of constant size, got " + a.type().str());
}

Tensor identity_like(const Tensor& a, int64_t n) {
    Shape shape = a.sizes();
    shape[shape.size() - 2] = shape[shape.size() - 1] = n;
    return clone(expand(eye(n, DType::f64), shape));
}

/// Columns in the order of an index [.., k].
Tensor columns_at(const Tensor& x, const Tensor& order) {
    Shape shape = x.sizes();
    shape.back() = order.size(-1);
    return gather(x, -1, expand(unsqueeze(order, -2), shape));
}

}  // namespace

Eigenpairs eigh_by_rotations(const Tensor& a) {
    const int64_t n = constant_size(a, -1);
    // Only the lower triangle is read.
    const Tensor symmetric = tril(a) + mT(tril(a, -1)), place = arange(n);
    const auto step = [&](const Tensors& carries, const Tensors& x) -> ScanResult {
        const Tensor &m = carries[0], &partner = x[0];
        const Tensor own = lithe::diagonal(m, 0, -2, -1),
                     is_partner = unsqueeze(partner, 1) == place;
        // Of both halves of the matrix, so that the two columns of a pair see one number.
        const Tensor both = sum(where(is_partner, (m + mT(m)) * 0.5, 0), -1);
        const Turn turn = turn_of(own, index_select(own, -1, partner), both, partner);
        const Tensor half = mT(turn_columns(m, turn, partner));
        return {{mT(turn_columns(half, turn, partner)), turn_columns(carries[1], turn, partner)},
                {}};
    };
    const Tensors last = scan(step, {symmetric, identity_like(a, n)}, {partners(n)}).carries;
    const Tensor values = lithe::diagonal(last[0], 0, -2, -1), order = argsort(values, -1);
    return {gather(values, -1, order), columns_at(last[1], order)};
}

Tensor completed(const Tensor& columns) {
    const int64_t rows = constant_size(columns, -2), have = constant_size(columns, -1);
    if (rows == have) return columns;
    const Tensor whole = std::get<0>(linalg::qr(columns, std::string("complete")));
    return cat({columns, narrow(whole, -1, have, rows - have)}, -1);
}

Singular svd_by_rotations(const Tensor& a) {
    const int64_t rows = constant_size(a, -2), n = constant_size(a, -1);
    if (rows < n) {
        const Singular turned = svd_by_rotations(mT(a));
        return {mT(turned.vt), turned.s, mT(turned.u)};
    }
    const auto step = [&](const Tensors& carries, const Tensors& x) -> ScanResult {
        const Tensor &m = carries[0], &partner = x[0];
        const Tensor other = index_select(m, -1, partner), square = sum(m * m, -2);
        const Turn turn =
            turn_of(square, index_select(square, -1, partner), sum(m * other, -2), partner);
        return {{turn_columns(m, turn, partner), turn_columns(carries[1], turn, partner)}, {}};
    };
    const Tensors last = scan(step, {clone(a), identity_like(a, n)}, {partners(n)}).carries;
    const Tensor lengths = sqrt(sum(last[0] * last[0], -2));
    const Tensor order = argsort(lengths, -1, /*descending=*/true);
    const Tensor s = gather(lengths, -1, order);
    // Columns that are 0 but for rounding have no direction: any that is orthogonal to the others.
    const Tensor limit = narrow(s, -1, 0, 1) * (0x1p-52 * static_cast<double>(rows));
    const Tensor is_nothing = unsqueeze(logical_or(s < limit, s == 0), -2);
    const Tensor scale = where(is_nothing, 1, unsqueeze(s, -2));
    const Tensor known = where(is_nothing, 0, columns_at(last[0], order) / scale);
    const Tensor any = std::get<0>(linalg::qr(known, std::string("reduced")));
    return {where(is_nothing, any, known), s, mT(columns_at(last[1], order))};
}

}  // namespace lithe::linalg
