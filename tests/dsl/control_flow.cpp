// Loops and branches in eager mode, their gradients, and their gradients compiled.
#include "dsl/control_flow.h"

#include "tests/support/check_gradient.h"
#include "tests/support/compiled_function.h"

namespace lithe::tests {
namespace {

/// h = tanh(x[t] + h u) * scale[0]; c counts the weighted x. Gives stacked h and both carries.
Tensors recurrence(const Tensors& in, bool is_reverse) {
    const ScanStep step = [&](const Tensors& now, const Tensors& x) -> ScanResult {
        const Tensor h = tanh(x[0] + matmul(now[0], in[2])) * in[3];
        return {{h, now[1] + h.sum() * x[0]}, {h * h}};
    };
    const ScanResult r = scan(step, {in[1], zeros_like(in[1])}, {in[0]}, {.reverse = is_reverse});
    return {r.stacked[0], r.carries[0], r.carries[1]};
}

Tensor summed(const Tensors& results) {
    Tensor total = weighted_sum(results[0]);
    for (size_t i = 1; i < results.size(); ++i) total = total + weighted_sum(results[i]);
    return total;
}

Tensors recurrence_inputs(int64_t length) {
    return {numbers({length, 2, 3}, DType::f64, 1, 0), numbers({2, 3}, DType::f64, 1, 1),
            numbers({3, 3}, DType::f64, 0.7, 2), numbers({1}, DType::f64, 0.9, 3)};
}

/// A function and, behind its results, the gradients of their sum, computed within forward().
Forward with_gradients(std::function<Tensors(const Tensors&)> f) {
    return [f = std::move(f)](const Tensors& in) {
        const EnableGradGuard enable;
        Tensors leaves;
        for (const Tensor& input : in) {
            leaves.push_back(input * 1.0);
            leaves.back() = leaves.back().detach();
            leaves.back().requires_grad_();
        }
        Tensors results = f(leaves);
        Tensor total = results[0].sum();
        for (size_t i = 1; i < results.size(); ++i) total = total + (results[i] * results[i]).sum();
        const Tensors gradients = autograd::grad({total}, leaves);
        Tensors all;
        for (const Tensor& result : results) all.push_back(result.detach());
        for (const Tensor& gradient : gradients) all.push_back(gradient.detach());
        return all;
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dsl_control_flow)

BOOST_AUTO_TEST_CASE(scan_is_a_loop) {
    const Tensor x = numbers({4, 3});
    const ScanStep add = [](const Tensors& c, const Tensors& slice) -> ScanResult {
        return {{c[0] + slice[0]}, {c[0]}};
    };
    const ScanResult forwards = scan(add, {zeros({3}, DType::f64)}, {x});
    check_equal(forwards.carries[0], x.sum(0), 1e-15);
    check_equal(forwards.stacked[0][2], x[0] + x[1], 1e-15);
    const ScanResult backwards = scan(add, {zeros({3}, DType::f64)}, {x}, {.reverse = true});
    check_equal(backwards.stacked[0][1], x[3] + x[2], 1e-15);
    const ScanResult empty = scan(add, {ones({3}, DType::f64)}, {zeros({0, 3}, DType::f64)});
    check_equal(empty.carries[0], ones({3}, DType::f64));
    BOOST_CHECK_EQUAL(empty.stacked[0].type().str(), "f64[0, 3]");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
    const ScanStep wider = [](const Tensors& c, const Tensors& x) -> ScanResult {
        return {{cat({c[0], x[0]}, 0)}, {}};
    };
    const ScanStep same = [](const Tensors& c, const Tensors&) -> ScanResult { return {c, {}}; };
    const Tensor x = ones({4, 3}), c = ones({3});
    check_error("scan.carry", [&] { scan(wider, {c}, {x}); });
    check_error("scan.length", [&] { scan(same, {c}, {}); });
    check_error("scan.length", [&] { scan(same, {c}, {x, ones({5, 3})}); });
    check_error("scan.length", [&] { scan(same, {c}, {ones({})}); });
    check_error("scan.length", [&] { scan(same, {c}, {}, {.length = Dim(-1)}); });
    check_error("while_loop.condition", [&] {
        while_loop([](const Tensors& now) { return now[0] > 0; },
                   [](const Tensors& now) { return now; }, {c});
    });
    check_error("while_loop.carry", [&] {
        while_loop([](const Tensors& now) { return now[0].sum() > 0; },
                   [](const Tensors&) { return Tensors{}; }, {c});
    });
    const auto itself = [](const Tensors& in) { return in; };
    check_error("cond.flag", [&] { cond(c > 0, itself, itself, {c}); });
    check_error("cond.results", [&] {
        CompiledFunction(
            [&](const Tensors& in) {
                return cond(
                    in[0].sum() > 0, itself, [](const Tensors& v) { return Tensors{v[0].sum()}; },
                    in);
            },
            "x:f32[3]");
    });
}

BOOST_AUTO_TEST_CASE(gradients_equal_finite_differences) {
    for (const bool is_reverse : {false, true}) {
        check_gradient([&](const Tensors& in) { return summed(recurrence(in, is_reverse)); },
                       recurrence_inputs(3));
    }
    check_gradient(
        [](const Tensors& in) {
            return while_loop([](const Tensors& c) { return c[0].sum() < 20; },
                              [](const Tensors& c) { return Tensors{c[0] * c[0] + 1.5}; }, in)[0];
        },
        {numbers({3})});
    for (const double offset : {5.0, -5.0}) {
        check_gradient(
            [&](const Tensors& in) {
                return cond((in[0] + offset).sum() > 0,
                            [](const Tensors& v) { return Tensors{exp(v[0])}; },
                            [](const Tensors& v) { return Tensors{v[0] * v[0]}; }, in)[0];
            },
            {numbers({3})});
    }
}

BOOST_AUTO_TEST_CASE(a_traced_gradient_is_a_scan_too) {
    for (const bool is_reverse : {false, true}) {
        CompiledFunction f(
            with_gradients([=](const Tensors& in) { return recurrence(in, is_reverse); }),
            "x:f64[T=1..9,2,3];h:f64[2,3];u:f64[3,3];s:f64[1]");
        int scans = 0;
        for (const auto& node : f.model().compiled().program.graph("forward")->nodes()) {
            scans += node->is("scan");
        }
        BOOST_CHECK_EQUAL(scans, 2);
        for (const int64_t length : {1, 2, 7}) {
            BOOST_TEST_CONTEXT("T=" << length) { f.check(recurrence_inputs(length), 1e-11); }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_traced_gradient_goes_into_nested_loops_and_branches) {
    const auto nested = [](const Tensors& in) -> Tensors {
        const ScanStep outer = [&](const Tensors& c, const Tensors& row) -> ScanResult {
            const ScanStep inner = [&](const Tensors& n, const Tensors& x) -> ScanResult {
                return {{sin(n[0] * x[0]) + in[1]}, {}};
            };
            const Tensor r = scan(inner, {c[0]}, {row[0]}).carries[0];
            const Tensor chosen = cond(
                r.sum() > 0, [](const Tensors& v) { return Tensors{v[0] * 2}; },
                [](const Tensors& v) { return Tensors{v[0] * v[0]}; }, {r})[0];
            return {{chosen}, {r}};
        };
        const ScanResult r = scan(outer, {in[1]}, {in[0]});
        return {r.carries[0], r.stacked[0]};
    };
    CompiledFunction f(with_gradients(nested), "x:f64[T=1..5,S=1..4,3];c:f64[3]");
    for (const auto& [t, s] : {std::pair{1, 1}, {2, 3}, {5, 2}}) {
        f.check({numbers({t, s, 3}), numbers({3}, DType::f64, 0.8, 3)}, 1e-11);
    }
}

BOOST_AUTO_TEST_CASE(second_derivatives_are_traced) {
    const Forward twice = [](const Tensors& in) {
        const EnableGradGuard enable;
        Tensor x = in[0].detach();
        x.requires_grad_();
        const ScanStep step = [&](const Tensors& c, const Tensors& s) -> ScanResult {
            return {{sin(c[0]) * s[0]}, {}};
        };
        const Tensor y = scan(step, {in[1]}, {x}).carries[0].sum();
        const Tensor first = autograd::grad({y}, {x}, {}, true, true)[0];
        const Tensor second = autograd::grad({(first * first).sum()}, {x})[0];
        return Tensors{first.detach(), second.detach()};
    };
    CompiledFunction f(twice, "x:f64[T=1..6,3];c:f64[3]");
    for (const int64_t length : {2, 4}) f.check({numbers({length, 3}), numbers({3})}, 1e-11);
}

BOOST_AUTO_TEST_CASE(a_traced_while_loop_has_no_gradient) {
    check_error("while_loop.gradient", [] {
        CompiledFunction(with_gradients([](const Tensors& in) {
                             return while_loop([](const Tensors& c) { return c[0].sum() < 20; },
                                               [](const Tensors& c) { return Tensors{c[0] * 2}; },
                                               in);
                         }),
                         "x:f64[3]");
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
