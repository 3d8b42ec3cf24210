// Orthogonal parametrizations: weights whose rows or columns are orthonormal.
//
// Source: Lezcano Casado, "Trivializations for Gradient-Based Optimization on Manifolds", NeurIPS
// 2019; Mhammedi et al., "Efficient Orthogonal Parametrisation of Recurrent Neural Networks Using
// Householder Reflections", ICML 2017.
#include <cmath>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/random.h"
#include "dsl/tensor_data.h"
#include "dsl/utils/parametrize.h"
#include "runtime/error.h"

namespace lithe::nn::utils::parametrizations {
namespace {

/// exp of skew-symmetric matrices: 2^-s A by its series to the 13th power, squared s times. Each
/// matrix has its own s, data; all are squared as often as the largest s that is told apart.
Tensor matrix_exp(const Tensor& a) {
    constexpr int terms = 13, most_squarings = 12;
    const Tensor size = amax(sum(abs(a.detach()), Axes(-2), true), Axes(-1), true);
    const Tensor squarings = clamp(ceil(log2(clamp_min(size, 1e-30)) + 1), 0, most_squarings);
    const Tensor small = a * exp2(-squarings), one = eye(a.size(-1), a.dtype());
    Tensor power = small / terms + one;
    for (int i = terms - 1; i >= 1; --i) power = matmul(small, power) / i + one;
    for (int i = 0; i < most_squarings; ++i)
        power = where(squarings > i, matmul(power, power), power);
    return power;
}

/// (1 - A / 2)^-1 (1 + A / 2) by elimination; A being skew-symmetric, no pivot vanishes.
Tensor cayley(const Tensor& a) {
    const int64_t n = a.size(-1);
    const Tensor one = expand(eye(n, a.dtype()), a.sizes());
    Tensor rows = cat({one - a / 2, one + a / 2}, -1);
    for (int64_t k = 0; k < n; ++k) {
        const Tensor pivot = narrow(rows, -2, k, 1) / narrow(narrow(rows, -2, k, 1), -1, k, 1);
        const Tensor is_pivot = unsqueeze(arange(n) == k, 1);
        rows = where(is_pivot, pivot, rows - narrow(rows, -1, k, 1) * pivot);
    }
    return narrow(rows, -1, n, n);
}

/// The first columns of the product of the reflections 1 - tau v v^T, whose v stand below the
/// diagonal of `x`; each times the sign on the diagonal.
Tensor reflections(const Tensor& x) {
    const Dim n = x.size(-2), k = x.size(-1);
    const Tensor below = tril(x, -1), one = expand(eye(n, k, x.dtype()), x.sizes());
    const Tensor tau = 2 / (1 + sum(below * below, Axes(-2), true));
    const Tensor directions = below + one;
    Tensor q = one;
    for (int64_t i = k.constant() - 1; i >= 0; --i) {
        const Tensor v = narrow(directions, -1, i, 1);
        q = q - narrow(tau, -1, i, 1) * matmul(v, matmul(transpose(v, -2, -1), q));
    }
    return q * unsqueeze(trunc(diagonal(x, 0, -2, -1).detach()), -2);
}

/// One matrix [rows, columns], rows >= columns, as a QR factorisation makes of it.
struct Factors {
    std::vector<double> values;
    int64_t rows, columns;
    double& at(int64_t r, int64_t c) { return values[static_cast<size_t>(r * columns + c)]; }
};

/// Householder's factorisation as LAPACK stores it: R above, the directions below the diagonal.
/// Gives tau.
std::vector<double> factorize(Factors& m) {
    std::vector<double> tau(static_cast<size_t>(m.columns), 0);
    for (int64_t c = 0; c < m.columns; ++c) {
        double rest = 0;
        for (int64_t r = c + 1; r < m.rows; ++r) rest += m.at(r, c) * m.at(r, c);
        if (rest == 0) continue;
        const double alpha = m.at(c, c);
        const double beta = -std::copysign(std::sqrt(alpha * alpha + rest), alpha);
        tau[static_cast<size_t>(c)] = (beta - alpha) / beta;
        for (int64_t r = c + 1; r < m.rows; ++r) m.at(r, c) /= alpha - beta;
        m.at(c, c) = beta;
        for (int64_t j = c + 1; j < m.columns; ++j) {
            double dot = m.at(c, j);
            for (int64_t r = c + 1; r < m.rows; ++r) dot += m.at(r, c) * m.at(r, j);
            dot *= tau[static_cast<size_t>(c)];
            m.at(c, j) -= dot;
            for (int64_t r = c + 1; r < m.rows; ++r) m.at(r, j) -= dot * m.at(r, c);
        }
    }
    return tau;
}

/// `change` of every matrix of x, in f64.
template <class Change>
Tensor each_matrix(const Tensor& x, Change change) {
    const int64_t rows = x.size(-2), columns = x.size(-1);
    std::vector<double> all = x.detach().to(DType::f64).contiguous().template to_vector<double>();
    const auto size = static_cast<size_t>(rows * columns);
    for (size_t at = 0; size > 0 && at < all.size(); at += size) {
        Factors m{{all.begin() + static_cast<std::ptrdiff_t>(at),
                   all.begin() + static_cast<std::ptrdiff_t>(at + size)},
                  rows,
                  columns};
        change(m);
        std::copy(m.values.begin(), m.values.end(), all.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return tensor(all, DType::f64).reshape(x.sizes()).to(x.dtype());
}

/// What reflections() needs to give the orthogonal factor of x.
Tensor to_reflections(const Tensor& x) {
    return each_matrix(x, [](Factors& m) {
        const std::vector<double> tau = factorize(m);
        for (int64_t c = 0; c < m.columns; ++c) {
            double& diagonal = m.at(c, c);
            diagonal = diagonal > 0 ? 1 : diagonal < 0 ? -1 : 0;
            if (tau[static_cast<size_t>(c)] == 0) diagonal = -diagonal;
        }
    });
}

/// The orthogonal factor of x, with the signs that make the other one's diagonal positive.
Tensor orthonormal(const Tensor& x) {
    const Tensor products = matmul(transpose(x, -2, -1), x);
    const Tensor off = abs(products - eye(x.size(-1), x.dtype()));
    const double epsilon = x.dtype() == DType::f64 ? 0x1p-52 : 0x1p-23;
    const double limit = 10 * static_cast<double>(int64_t(x.size(-1))) * epsilon;
    if (off.max().item<double>() < limit) return x.clone();
    return each_matrix(x, [](Factors& m) {
        for (int64_t c = 0; c < m.columns; ++c) {
            for (int64_t k = 0; k < 2 * c; ++k) {  // twice is enough (Kahan, Parlett)
                double dot = 0;
                for (int64_t r = 0; r < m.rows; ++r) dot += m.at(r, c) * m.at(r, k % c);
                for (int64_t r = 0; r < m.rows; ++r) m.at(r, c) -= dot * m.at(r, k % c);
            }
            double norm = 0;
            for (int64_t r = 0; r < m.rows; ++r) norm += m.at(r, c) * m.at(r, c);
            for (int64_t r = 0; r < m.rows; ++r) m.at(r, c) /= std::sqrt(norm);
        }
    });
}

struct OrthogonalImpl : Module {
    OrthogonalMap map;
    bool is_trivial;
    Tensor base;

    OrthogonalImpl(OrthogonalMap orthogonal_map, bool use_trivialization)
        : map(orthogonal_map), is_trivial(use_trivialization) {}

    void visit_members(FieldVisitor& visitor) override {
        if (is_trivial) visitor.tensor("base", base, TensorFieldKind::buffer);
    }

    Tensor forward(const Tensor& given) {
        const int64_t rows = given.size(-2), columns = given.size(-1);
        const bool turns = rows < columns;
        Tensor x = turns ? transpose(given, -2, -1) : given;
        Tensor q;
        if (map == OrthogonalMap::householder) {
            q = reflections(x);
        } else {
            const int64_t n = std::max(rows, columns), k = std::min(rows, columns);
            x = tril(x);
            Shape rest = x.sizes();
            rest.back() = n - k;
            if (n != k) x = cat({x, zeros(rest, x.dtype())}, -1);
            const Tensor skew = x - transpose(x, -2, -1);
            q = map == OrthogonalMap::cayley ? cayley(skew) : matrix_exp(skew);
            if (n != k) q = narrow(q, -1, 0, k);
        }
        if (is_trivial) q = matmul(base, q);
        return turns ? transpose(q, -2, -1) : q;
    }

    /// Without a base only reflections have an inverse; else the weight itself is what the map
    /// takes.
    Tensor right_inverse(const Tensor& weight) {
        const int64_t rows = weight.size(-2), columns = weight.size(-1);
        const bool turns = rows < columns;
        const Tensor q = turns ? transpose(weight, -2, -1) : weight;
        if (!is_trivial) {
            if (map != OrthogonalMap::householder) return weight;
            const Tensor x = to_reflections(q);
            return turns ? transpose(x, -2, -1).contiguous() : x;
        }
        const int64_t n = std::max(rows, columns), k = std::min(rows, columns);
        Shape rest = q.sizes();
        rest.back() = n - k;
        // A square base: what is missing is drawn.
        base = orthonormal(n == k ? q : cat({q.detach(), randn(rest, q.dtype())}, -1));
        const Tensor diagonal = eye(weight.size(-2), weight.size(-1), weight.dtype());
        return (expand(diagonal, weight.sizes()) * -1).contiguous();
    }
};
LITHE_MODULE(Orthogonal);

}  // namespace

void orthogonal(Module& module, const std::string& name, std::optional<OrthogonalMap> map,
                bool use_trivialization) {
    const Tensor weight =
        module.find_tensor(name) ? module.find_tensor(name)->detach() : module.get_parameter(name);
    if (weight.dim() < 2) {
        throw UserError(
            "orthogonal.rank",
            "orthogonal: expected a matrix or batch of matrices, got " + weight.type().str());
    }
    const bool is_square = same(weight.size(-2), weight.size(-1));
    const OrthogonalMap chosen =
        map.value_or(is_square ? OrthogonalMap::matrix_exp : OrthogonalMap::householder);
    parametrize::register_parametrization(module, name, Orthogonal(chosen, use_trivialization));
}

}  // namespace lithe::nn::utils::parametrizations
