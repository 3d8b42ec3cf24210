#include "tests/parity/run_functions.h"

namespace lithe::tests::parity {
namespace {

void add_products() {
    LITHE_BINARY(matmul);
    LITHE_BINARY(mm);
    LITHE_BINARY(bmm);
    LITHE_BINARY(mv);
    LITHE_BINARY(dot);
    LITHE_BINARY(vdot);
    LITHE_BINARY(outer);
    LITHE_BINARY(inner);
    LITHE_BINARY(kron);
    LITHE_FUNCTION(addmm, lithe::addmm(c[0], c[1], c[2], c.scalar("beta"), c.scalar("alpha")));
    LITHE_FUNCTION(addmv, lithe::addmv(c[0], c[1], c[2], c.scalar("beta"), c.scalar("alpha")));
    LITHE_FUNCTION(addr, lithe::addr(c[0], c[1], c[2], c.scalar("beta"), c.scalar("alpha")));
    LITHE_FUNCTION(baddbmm, lithe::baddbmm(c[0], c[1], c[2], c.scalar("beta"), c.scalar("alpha")));
    LITHE_FUNCTION(addbmm, lithe::addbmm(c[0], c[1], c[2], c.scalar("beta"), c.scalar("alpha")));
    LITHE_FUNCTION(tensordot, [&] {
        if (!c.o.is_list("dims")) return lithe::tensordot(c[0], c[1], c.integer("dims"));
        const auto axes = c.o.get<std::vector<Sizes>>("dims");
        return lithe::tensordot(c[0], c[1], Axes(axes[0]), Axes(axes[1]));
    }());
    LITHE_FUNCTION(cdist, lithe::cdist(c[0], c[1], c.number("p", 2)));
    LITHE_FUNCTION(
        cross,
        lithe::cross(c[0], c[1], c.has("dim") ? std::optional(c.integer("dim")) : std::nullopt));
    LITHE_FUNCTION(cov, lithe::cov(c[0], c.integer("correction", 1)));
    LITHE_UNARY(corrcoef);
    LITHE_FUNCTION(einsum, lithe::einsum(c.o.get<std::string>("equation"), c.x));
    LITHE_FUNCTION(chain_matmul, lithe::chain_matmul(c.x));
}

#define LITHE_LINALG(name, ...) \
    function("torch.linalg." #name, [](const Call& c) { return __VA_ARGS__; })

void add_solvers() {
    LITHE_UNARY(inverse);
    LITHE_UNARY(det);
    LITHE_UNARY(slogdet);
    LITHE_UNARY(logdet);
    LITHE_FUNCTION(matrix_power, lithe::matrix_power(c[0], c.integer("n")));
    LITHE_LINALG(inv, linalg::inv(c[0]));
    LITHE_LINALG(det, linalg::det(c[0]));
    LITHE_LINALG(slogdet, linalg::slogdet(c[0]));
    LITHE_LINALG(solve, linalg::solve(c[0], c[1]));
    LITHE_LINALG(solve_triangular, linalg::solve_triangular(c[0], c[1], c.o.flag("upper", false),
                                                            c.o.flag("left", true),
                                                            c.o.flag("unitriangular", false)));
    LITHE_LINALG(cholesky, linalg::cholesky(c[0], c.o.flag("upper", false)));
    LITHE_LINALG(qr, linalg::qr(c[0], c.o.get<std::string>("mode", "reduced")));
    LITHE_LINALG(eigh, linalg::eigh(c[0]));
    LITHE_LINALG(eigvalsh, linalg::eigvalsh(c[0]));
    LITHE_LINALG(svd, linalg::svd(c[0], c.o.flag("full_matrices", true)));
    LITHE_LINALG(svdvals, linalg::svdvals(c[0]));
    LITHE_LINALG(pinv, linalg::pinv(c[0]));
    LITHE_LINALG(matrix_rank, linalg::matrix_rank(c[0]));
    LITHE_LINALG(matrix_power, linalg::matrix_power(c[0], c.integer("n")));
    LITHE_LINALG(multi_dot, linalg::multi_dot(c.x));
    LITHE_LINALG(vector_norm,
                 linalg::vector_norm(c[0], c.number("ord", 2), c.axes("dim"), c.keep()));
    LITHE_LINALG(matrix_norm, [&] {
        const Axes axes = c.has("dim") ? c.axes("dim") : Axes{-2, -1};
        const bool is_word = c.o.is_word("ord");
        return is_word ? linalg::matrix_norm(c[0], c.o.get<std::string>("ord"), axes, c.keep())
                       : linalg::matrix_norm(c[0], c.number("ord", 2), axes, c.keep());
    }());
    LITHE_LINALG(norm,
                 linalg::norm(c[0], c.has("ord") ? std::optional(c.number("ord", 2)) : std::nullopt,
                              c.axes("dim"), c.keep()));
    LITHE_LINALG(cross, linalg::cross(c[0], c[1]));
    LITHE_LINALG(vecdot, linalg::vecdot(c[0], c[1]));
    LITHE_LINALG(matmul, linalg::matmul(c[0], c[1]));
    LITHE_LINALG(diagonal, linalg::diagonal(c[0]));
}

[[maybe_unused]] const bool is_added = [] {
    add_products();
    add_solvers();
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
