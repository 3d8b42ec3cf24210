// Loops and branches: compiled against eager mode.
#include "runtime/executor.h"
#include "runtime/session.h"
#include "tests/support/compiled_function.h"

namespace lithe::tests {
namespace {

constexpr double f32_error = 1e-5, f64_error = 1e-12;

/// h = tanh(x[t] w + h u); gives every h and the last one.
Forward recurrence(const Tensor& w, const Tensor& u, bool is_reverse = false) {
    return [=](const Tensors& in) -> Tensors {
        const ScanStep step = [&](const Tensors& now, const Tensors& x) -> ScanResult {
            const Tensor h = tanh(matmul(x[0], w) + matmul(now[0], u));
            return {{h}, {h}};
        };
        const Tensor start = zeros({in[0].size(1), u.size(0)}, in[0].dtype());
        const ScanResult r = scan(step, {start}, {in[0]}, {.reverse = is_reverse});
        return {r.stacked[0], r.carries[0]};
    };
}

/// Such a recurrence with parameters of its own.
CompiledFunction compiled_recurrence(DType dtype, const std::string& inputs,
                                     bool is_reverse = false) {
    auto module = std::make_shared<FunctionModule>();
    const Tensor w = module->parameter("w", numbers({3, 5}, dtype, 0.7, 1));
    const Tensor u = module->parameter("u", numbers({5, 5}, dtype, 0.7, 2));
    return {module, recurrence(w, u, is_reverse), inputs};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(control_flow)

BOOST_AUTO_TEST_CASE(a_scan_of_any_length_is_one_program) {
    for (const bool is_reverse : {false, true}) {
        CompiledFunction f = compiled_recurrence(DType::f32, "x:f32[T=0..40,N=0..9,3]", is_reverse);
        for (const auto& [t, n] :
             {std::pair{1, 1}, {2, 1}, {7, 3}, {40, 9}, {13, 2}, {0, 2}, {3, 0}}) {
            BOOST_TEST_CONTEXT("T=" << t << " N=" << n << " reverse " << is_reverse) {
                f.check({numbers({t, n, 3}, DType::f32)}, f32_error);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_scan_of_f64_and_of_constant_length) {
    for (const int t : {1, 2, 5}) {
        const std::string inputs = "x:f64[" + std::to_string(t) + ",2,3]";
        compiled_recurrence(DType::f64, inputs).check({numbers({t, 2, 3})}, f64_error);
    }
}

/// Parts of a concatenation inside of a step lie in its memory, as outside.
BOOST_AUTO_TEST_CASE(matrices_are_solved_in_each_step, *boost::unit_test::label("slow")) {
    const Forward forward = [](const Tensors& in) -> Tensors {
        const ScanStep step = [](const Tensors& c, const Tensors& x) -> ScanResult {
            const Tensor a = matmul(x[0], transpose(x[0], -2, -1)) + eye(3) * 2;
            const Tensor l = linalg::cholesky(a), v = slice(x[0], -1, 0, 1);
            return {{c[0] + l}, {l, matmul(transpose(v, -2, -1), linalg::solve(a, v))}};
        };
        const ScanResult r = scan(step, {zeros({in[0].size(1), 3, 3})}, {in[0]});
        return {r.stacked[0], r.stacked[1], r.carries[0]};
    };
    CompiledFunction f{std::make_shared<FunctionModule>(), forward, "x:f32[T=1..9,N=1..8,3,3]"};
    for (const auto& [t, n] : {std::pair{1, 1}, {4, 8}, {9, 3}}) {
        f.check({numbers({t, n, 3, 3}, DType::f32)}, f32_error);
    }
}

/// Carries that are not results of a kernel of the step: exchanged, kept, set to an x, constant.
BOOST_AUTO_TEST_CASE(carries_may_come_from_anywhere) {
    const Forward forward = [](const Tensors& in) -> Tensors {
        const ScanStep step = [](const Tensors& c, const Tensors& x) -> ScanResult {
            return {{c[1], c[0], c[2], x[0], ones_like(c[4]), c[5] + c[4]},
                    {c[0], c[0] + c[1], x[0], c[3]}};
        };
        const ScanResult r =
            scan(step, {in[1], in[1] * 2, in[1], in[1] - 1, in[1], in[1]}, {in[0]});
        Tensors all = r.carries;
        all.insert(all.end(), r.stacked.begin(), r.stacked.end());
        return all;
    };
    CompiledFunction f(forward, "x:f32[T=0..9,4];c:f32[4]");
    for (const int t : {0, 1, 2, 3, 8}) {
        BOOST_TEST_CONTEXT("T=" << t) {
            f.check({numbers({t, 4}, DType::f32), numbers({4}, DType::f32, 1, 3)}, f32_error);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_carry_may_be_reshaped_and_given_back_twice) {
    const Forward forward = [](const Tensors& in) -> Tensors {
        const ScanStep step = [](const Tensors& c, const Tensors& x) -> ScanResult {
            const Tensor flat = reshape(c[0], {6}) * 0.5 + x[0];
            const Tensor square = reshape(flat, {2, 3});
            return {{square, square}, {flat, square}};
        };
        const ScanResult r = scan(step, {in[1], in[1] + 1}, {in[0]});
        return {reshape(r.carries[0], {3, 2}) * 2, r.carries[1], r.stacked[0], r.stacked[1]};
    };
    CompiledFunction f(forward, "x:f32[T=1..9,6];c:f32[2,3]");
    for (const int t : {1, 2, 5}) {
        f.check({numbers({t, 6}, DType::f32), numbers({2, 3}, DType::f32, 1, 3)}, f32_error);
    }
}

BOOST_AUTO_TEST_CASE(a_scan_without_xs_counts) {
    const Forward forward = [](const Tensors& in) -> Tensors {
        const ScanStep step = [](const Tensors& c, const Tensors&) -> ScanResult {
            return {{c[0] * 2, c[1] + 1}, {c[1]}};
        };
        const ScanResult r =
            scan(step, {in[0], zeros({}, DType::i64)}, {}, {.length = in[0].size(0) + 1});
        return {r.carries[0], r.carries[1], r.stacked[0]};
    };
    CompiledFunction f(forward, "x:f32[N=1..9]");
    for (const int n : {1, 2, 7}) f.check({numbers({n}, DType::f32)}, 0);
}

/// sum over rows of the running products of each row: a scan in a scan, both of symbolic length.
BOOST_AUTO_TEST_CASE(loops_nest) {
    const Forward forward = [](const Tensors& in) -> Tensors {
        const ScanStep inner = [&](const Tensors& c, const Tensors& x) -> ScanResult {
            const Tensor next = c[0] * 0.5 + x[0] * in[1];
            return {{next}, {next * 2}};
        };
        const ScanStep outer = [&](const Tensors& c, const Tensors& row) -> ScanResult {
            const ScanResult r = scan(inner, {c[0]}, {row[0]}, {.reverse = true});
            return {{r.carries[0] + c[0], c[1] + r.stacked[0]}, {r.stacked[0], r.carries[0]}};
        };
        const ScanResult r = scan(outer, {in[1], zeros_like(in[0][0])}, {in[0]});
        return {r.carries[0], r.carries[1], r.stacked[0], r.stacked[1]};
    };
    CompiledFunction f(forward, "x:f32[T=1..6,S=1..7,4];y:f32[4]");
    for (const auto& [t, s] : {std::pair{1, 1}, {2, 3}, {5, 7}, {6, 1}}) {
        BOOST_TEST_CONTEXT("T=" << t << " S=" << s) {
            f.check({numbers({t, s, 4}, DType::f32), numbers({4}, DType::f32, 1, 3)}, f32_error);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_body_holds_convolutions_and_softmax) {
    auto module = std::make_shared<FunctionModule>();
    const Tensor w = module->parameter("w", numbers({2, 2, 3, 3}, DType::f32, 0.4, 1));
    const Forward forward = [=](const Tensors& in) -> Tensors {
        const ScanStep step = [&](const Tensors& c, const Tensors& x) -> ScanResult {
            const Tensor y = nn::functional::conv2d(c[0] + x[0], w,
                                                    nn::functional::Conv2dFuncOptions().padding(1));
            return {{softmax(y, 1)}, {y.sum(1)}};
        };
        const ScanResult r = scan(step, {in[1]}, {in[0]});
        return {r.carries[0], r.stacked[0]};
    };
    CompiledFunction f(module, forward, "x:f32[T=1..5,1,2,6,7];c:f32[1,2,6,7]");
    for (const int t : {1, 2, 5}) {
        f.check({numbers({t, 1, 2, 6, 7}, DType::f32), numbers({1, 2, 6, 7}, DType::f32, 1, 3)},
                1e-4);
    }
}

BOOST_AUTO_TEST_CASE(threads_make_no_difference) {
    const auto wide = [](const Tensors& in) -> Tensors {
        const ScanStep step = [&](const Tensors& c, const Tensors& x) -> ScanResult {
            const Tensor h = tanh(matmul(c[0], in[1]) + x[0]);
            return {{h}, {h}};
        };
        return {scan(step, {zeros({64, 300})}, {in[0]}).stacked[0]};
    };
    CompiledFunction f(wide, "x:f32[T=1..5,64,300];w:f32[300,300]");
    const Tensors inputs{numbers({4, 64, 300}, DType::f32),
                         numbers({300, 300}, DType::f32, 0.05, 2)};
    const Tensors one = f.model()(inputs);
    ThreadPool pool(3);
    f.model().session().set_executor(&pool);
    check_equal(f.model()(inputs)[0], one[0], 0);
}

BOOST_AUTO_TEST_CASE(a_while_loop_lasts_as_long_as_data_say) {
    const Forward forward = [](const Tensors& in) -> Tensors {
        const Tensors r =
            while_loop([&](const Tensors& c) { return c[0].sum() < in[1].sum(); },
                       [&](const Tensors& c) { return Tensors{c[0] * 1.5 + in[0], c[1] + 1}; },
                       {in[0], zeros({}, DType::i64)});
        return {r[0], r[1]};
    };
    CompiledFunction f(forward, "x:f32[N=1..9];limit:f32[1]");
    for (const double limit : {-5.0, 2.0, 300.0, 1e6}) {
        BOOST_TEST_CONTEXT("limit " << limit) {
            f.check({full({3}, 0.5), full({1}, limit)}, f32_error);
        }
    }
}

BOOST_AUTO_TEST_CASE(one_of_two_branches_runs) {
    auto module = std::make_shared<FunctionModule>();
    const Tensor w = module->parameter("w", numbers({4, 4}, DType::f32, 1, 1));
    const Forward forward = [=](const Tensors& in) -> Tensors {
        const auto yes = [&](const Tensors& x) { return Tensors{matmul(x[0], w), x[0]}; };
        const auto no = [&](const Tensors& x) { return Tensors{x[0] - 3, x[0] * 2}; };
        const Tensors r = cond(in[0].sum() > 0, yes, no, {in[0]});
        return {r[0] + r[1], r[1], reshape(r[0], {4, in[0].size(0)})};
    };
    CompiledFunction f(module, forward, "x:f32[N=1..9,4]");
    for (const double value : {0.5, -0.5}) {
        for (const int n : {1, 3}) f.check({full({n, 4}, value)}, f32_error);
    }
}

BOOST_AUTO_TEST_CASE(branches_stand_in_loops_and_loops_in_branches) {
    const Forward forward = [](const Tensors& in) -> Tensors {
        const ScanStep step = [&](const Tensors& c, const Tensors& x) -> ScanResult {
            const Tensors r = cond(
                x[0].sum() > 0, [](const Tensors& v) { return Tensors{v[0] + v[1]}; },
                [](const Tensors& v) {
                    const ScanStep twice = [&](const Tensors& n, const Tensors&) -> ScanResult {
                        return {{n[0] * 2 - v[1]}, {}};
                    };
                    return scan(twice, {v[0]}, {}, {.length = Dim(3)}).carries;
                },
                {c[0], x[0]});
            return {{r[0]}, {r[0] * 2}};
        };
        const ScanResult r = scan(step, {in[1]}, {in[0]});
        return {r.carries[0], r.stacked[0]};
    };
    CompiledFunction f(forward, "x:f32[T=0..9,4];c:f32[4]");
    for (const int t : {0, 1, 2, 7}) {
        f.check({numbers({t, 4}, DType::f32), numbers({4}, DType::f32, 1, 3)}, f32_error);
    }
}

namespace {

/// A layer in a loop, and one in each branch.
struct BranchingImpl : nn::Module {
    nn::Linear step{4, 4}, large{4, 4}, small{4, 4};
    Tensor seen;
    BranchingImpl() {
        register_module("step", step);
        register_module("large", large);
        register_module("small", small);
        seen = register_buffer("seen", zeros({}));
    }
    Tensor forward(const Tensor& x) {
        const ScanStep one = [&](const Tensors& c, const Tensors& row) -> ScanResult {
            return {{tanh(step->forward(c[0] + row[0]))}, {}};
        };
        const Tensor y = scan(one, {zeros({4})}, {x}).carries[0];
        if ((x.sum() > 0).item<bool>()) {
            if (is_training()) seen.add_(1);
            if ((x.sum() > 10).item<bool>()) return y * 3;
            return large->forward(y);
        }
        return small->forward(y) * 2;
    }
};
LITHE_MODULE(Branching);

std::vector<Tensor> branching_inputs() {
    return {full({3, 4}, 0.1), full({3, 4}, -0.1), full({7, 4}, 2.0), full({1, 4}, 0.5)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_bool_of_the_data_chooses_a_way) {
    Branching net;
    net->eval();
    CompiledModel compiled = compile(net, "x:f32[T=1..9,4]", compile_options());
    for (const Tensor& x : branching_inputs()) check_equal(compiled(x), net(x), f32_error);
}

BOOST_AUTO_TEST_CASE(hooks_fire_in_loops_and_in_the_branch_that_is_taken) {
    Branching net;
    net->eval();
    CompiledModel compiled = compile(net, "x:f32[T=1..9,4]", compile_options());
    std::string log;
    std::vector<ForwardHookHandle> handles;
    for (const char* path : {"", "step", "large", "small"}) {
        handles.push_back(compiled.model().register_forward_pre_hook(
            path, [&log](HookContext& call) { log += "(" + call.path(); }));
        handles.push_back(compiled.model().register_forward_hook(
            path, [&log](HookContext& call) { log += call.path() + ")"; }));
    }
    const std::vector<Tensor> inputs = branching_inputs();
    for (const Tensor& x : inputs) check_equal(compiled(x), net(x), f32_error);
    const auto steps = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i) text += "(stepstep)";
        return text;
    };
    BOOST_CHECK_EQUAL(log, "(" + steps(3) + "(largelarge))(" + steps(3) + "(smallsmall))(" +
                               steps(7) + ")(" + steps(1) + "(largelarge))");
    // What a hook writes in a loop is what follows it.
    for (ForwardHookHandle& handle : handles) handle.remove();
    auto zero = compiled.model().register_forward_hook("step", [](HookContext& call) {
        for (int i = 0; i < 4; ++i) call.outputs()[0].as<float>()[i] = 0;
    });
    check_equal(compiled(full({5, 4}, 2.0)), zeros({4}), 0);
    const Array ones_of_two = ones({2, 4}).array();
    const std::vector<ConstTensorView> views{{ones_of_two.raw(), DType::f32, {2, 4}}};
    const auto results = compiled.session().extract("step", views);
    BOOST_CHECK_EQUAL(results[0].data<float>()[0], 0);
}

BOOST_AUTO_TEST_CASE(a_buffer_is_written_on_one_way) {
    Branching net;
    CompiledModel compiled = compile(net, "x:f32[T=1..9,4]", compile_options({.with_train = true}));
    compiled.model().train();
    for (const Tensor& x : branching_inputs()) {
        check_equal(compiled(x), net(x), f32_error);
        const StateDict state = compiled.model().state_dict();
        float seen = -1;
        for (const auto& [key, tensor] : state) {
            if (key == "seen") seen = tensor.as<float>()[0];
        }
        BOOST_CHECK_EQUAL(seen, net->seen.item<float>());
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_traced_says_what_to_do) {
    const auto traced = [](const Forward& forward) { CompiledFunction(forward, "x:f32[3]"); };
    check_error("trace.too_many_branches", [&] {
        traced([](const Tensors& in) {
            Tensor x = in[0];
            while ((x.sum() > 1).item<bool>()) x = x * 0.5;
            return Tensors{x};
        });
    });
    check_error("trace.too_many_branches", [&] {
        traced([](const Tensors& in) {
            Tensor x = in[0];
            for (int i = 0; i < 7; ++i) {
                if ((x.sum() > i).item<bool>()) x = x * 0.5;
            }
            return Tensors{x};
        });
    });
    check_error("trace.branch_results", [&] {
        traced([](const Tensors& in) {
            return (in[0].sum() > 1).item<bool>() ? Tensors{in[0]} : Tensors{in[0].sum()};
        });
    });
    const auto in_scan = [&](const std::function<Tensor(const Tensor&)>& body) {
        traced([&](const Tensors& in) {
            const ScanStep step = [&](const Tensors& c, const Tensors& x) -> ScanResult {
                return {{body(c[0] + x[0])}, {}};
            };
            return scan(step, {zeros({})}, in).carries;
        });
    };
    check_error("trace.branch_in_region",
                [&] { in_scan([](const Tensor& x) { return (x > 0).item<bool>() ? x : x * 2; }); });
    check_error("trace.random_in_region",
                [&] { in_scan([](const Tensor& x) { return x + rand({}); }); });
    check_error("trace.region_value", [&] {
        traced([](const Tensors& in) {
            Tensor kept;
            const ScanStep step = [&](const Tensors& c, const Tensors& x) -> ScanResult {
                kept = c[0] + x[0];
                return {{kept}, {}};
            };
            return Tensors{scan(step, {zeros({})}, in).carries[0] + kept};
        });
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
