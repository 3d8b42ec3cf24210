// Ordinary C++ in forward(): what is written in place, kept, printed, thrown or asked for while
// tracing.
#include <exception>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "compiler/compiled_model.h"
#include "dsl/nn.h"
#include "dsl/print.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

struct WritesImpl : nn::Module {
    Tensor count;
    WritesImpl() { count = register_buffer("count", zeros({4})); }
    Tensor forward(const Tensor& x) {
        Tensor y = x.clone();
        y.mul_(2).add_(1).relu_();
        y.select(1, 0).fill_(7);
        y.slice(1, 1, 3).add_(x.slice(1, 2, 4));
        y.transpose(0, 1).select(0, 3).zero_();
        if (is_training()) count.add_(y.mean(0));
        return y + count;
    }
};
LITHE_MODULE(Writes);

/// Reshapes tensors in place, beside a view that was made before.
struct ReshapesImpl : nn::Module {
    nn::Linear fc = register_module("fc", nn::Linear(6, 4));
    Tensor forward(const Tensor& x) {  // [N, 2, 3]
        Tensor y = x.clone();
        const Tensor row = y.select(1, 1);
        y.transpose_(1, 2).unsqueeze_(1);
        y.squeeze_(1);
        row.mul_(2);
        y.select(2, 0).add_(x.select(1, 1));
        Tensor z = fc(y.flatten(1));
        z.t_();
        z.unsqueeze_(0).squeeze_(0).swapaxes_(0, 1);
        return z.detach_().sigmoid_().logit_().clip_(-2, 2);
    }
};
LITHE_MODULE(Reshapes);

/// A filter over a stream: the end of a piece is kept for the next, in eval mode too.
struct StreamImpl : nn::Module {
    nn::Conv1d fir = register_module("fir", nn::Conv1d(nn::Conv1dOptions(2, 3, 4)));
    Tensor history, level, count;
    StreamImpl() {
        history = register_buffer("history", zeros({1, 2, 3}));
        level = register_buffer("level", zeros({1}), /*persistent=*/false);
        count = register_buffer("count", zeros({1}, DType::i64));
    }
    Tensor forward(const Tensor& x) {
        const Tensor line = cat({history, x}, 2);
        history.copy_(line.slice(2, line.size(2) - 3, line.size(2)));
        level.mul_(0.5).add_(x.abs().mean());
        count.add_(1);
        return fir(line) / (1 + level) + count;
    }
};
LITHE_MODULE(Stream);

/// Does what its option says.
struct OddCodeImpl : nn::Module {
    std::string what;
    Tensor kept;
    std::string printed;
    explicit OddCodeImpl(std::string option) : what(std::move(option)) {}
    Tensor forward(const Tensor& x) {
        if (what == "throw") throw std::runtime_error("from forward");
        if (what == "item" && x.sum().item<float>() > 0) return x * 2;
        if (what == "keep") kept = x * 2;
        if (what == "print") {
            std::ostringstream text;
            text << x;
            printed = text.str();
        }
        if (what == "size") {
            const int64_t rows = x.size(0), columns = x.size(1);
            return x.view({columns * rows / 2, 2}).sum(1).view({rows, 2});
        }
        return what == "keep" ? kept + 1 : x + 1;
    }
};
LITHE_MODULE(OddCode);

/// Gives a plain struct, one of whose fields is another.
struct Scores {
    Tensor logits;
    std::optional<Tensor> value;
};
struct Decision {
    Scores scores;
    int64_t step = 0;
    std::vector<Tensor> more;
};
struct DecidesImpl : nn::Module {
    nn::Linear fc = register_module("fc", nn::Linear(4, 3));
    Decision forward(const Tensor& x) {
        const Tensor y = fc(x);
        return {{y, y.sum(1)}, 7, {y * 2, x + 1}};
    }
};
LITHE_MODULE(Decides);

/// Sizes as numbers of all kinds: positions from the last to the first, copies for every row, a
/// mean by hand, halves that round up, products of those.
struct CountsImpl : nn::Module {
    Tensors forward(const Tensor& x) {  // [N, T]
        const int rows = x.size(0);
        const int64_t length = x.size(1);
        const Tensor back = arange(x.size(1) - 1, -1, -1.0),
                     same_back = arange(length - 1, -1, -1.0);
        const Tensor bias = ones({1, length}).repeat({rows, 1});
        const Tensor mean = x.sum(1, true) / static_cast<double>(length);
        const Tensor thin = x.slice(1, 0, {}, 2);
        const int64_t half = thin.size(1);
        const Tensor pairs = (thin.unsqueeze(2) * thin.unsqueeze(1)).reshape({rows, half * half});
        const std::vector<int64_t> sizes(x.sizes().begin(), x.sizes().end());
        return {(x + back - mean + bias).view(sizes), same_back.expand_as(x), pairs};
    }
};
LITHE_MODULE(Counts);

/// Branches on numbers that only a run knows, and divides by one.
struct BranchesOnNumbersImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        Tensor y = x;
        if (x.sum().item() > 0) y = y * 2;
        if (x.min().item() == x.max().item()) y = y + 100;
        const auto largest = x.abs().max().item();
        if (1 < largest) y = y / largest;
        return 1 - largest * y;
    }
};
LITHE_MODULE(BranchesOnNumbers);

/// Asks for bools by all of LibTorch's ways, of a number and of a bool.
struct AsksForBoolsImpl : nn::Module {
    Tensor forward(const Tensor& x) {
        Tensor y = x;
        if (x.sum().item().toBool()) y = y + 1;
        if (x[0][0].item<bool>()) y = y * 2;
        if ((x > 30).any().item().toBool()) y = y - 5;
        if (x[0][1].item().equal(7)) y = y * 3;
        if (!x.sum().item().isFloatingPoint() || x.min().item().isIntegral(true)) y = y * 0;
        return y;
    }
};
LITHE_MODULE(AsksForBools);

/// Attention as it is written with sizes in plain integers: a mask made of them, and rows of all
/// batches in one product.
struct CausalImpl : nn::Module {
    nn::Linear fc = register_module("fc", nn::Linear(4, 4));
    Tensor forward(const Tensor& x) {
        const int64_t n = x.size(0), t = x.size(1);
        const Tensor rows = fc(x.view({n * t, 4})).view({n, t, 4});
        const Tensor mask = full({t, t}, -std::numeric_limits<double>::infinity()).triu(1);
        const Tensor order = arange(t).view(-1) * ones(t) + n * (t + 1);
        return matmul(softmax(matmul(rows, x.transpose(1, 2)) + mask, -1), rows) +
               order.unsqueeze(-1);
    }
};
LITHE_MODULE(Causal);

const char* const rows_by_four = "x:f32[N=2..6,4]";

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_ordinary_code)

BOOST_AUTO_TEST_CASE(writes_in_place_and_through_views_are_as_in_eager_mode) {
    Writes net;
    net->eval();
    CompiledModel compiled = compile(net, rows_by_four, compile_options());
    for (const int64_t rows : {2, 5}) {
        const Tensor x = numbers({rows, 4}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(reshapes_in_place_are_as_in_eager_mode) {
    Reshapes net;
    const NoGradGuard no_grad;
    CompiledModel compiled = compile(net, "x:f32[N=1..8,2,3]", compile_options());
    for (const int64_t rows : {1, 5}) {
        const Tensor x = numbers({rows, 2, 3}, DType::f32);
        check_equal(compiled(x), net(x), 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(buffers_written_in_train_mode_move_as_in_eager_mode) {
    Writes net;
    CompileOptions options = compile_options();
    options.with_train = true;
    CompiledModel compiled = compile(net, rows_by_four, options);
    const Tensor x = numbers({3, 4}, DType::f32);
    const NoGradGuard no_grad;
    for (const bool train : {true, false, true, true, false}) {  // two graphs
        net->train(train);
        compiled.model().train(train);
        check_equal(compiled(x), net(x), 1e-6);
        const auto* count = compiled.model().state_dict()["count"].as<float>();
        for (int i = 0; i < 4; ++i) {
            BOOST_CHECK_CLOSE(count[i], net->count.to_vector<float>()[static_cast<size_t>(i)],
                              1e-4);
        }
    }
}

BOOST_AUTO_TEST_CASE(buffers_written_in_eval_mode_move_as_in_eager_mode) {
    Stream net;
    net->eval();
    const NoGradGuard no_grad;
    CompiledModel compiled = compile(net, "x:f32[1,2,T=1..32]", compile_options());
    for (const int64_t length : {5, 1, 32, 2, 2}) {
        const Tensor x = numbers({1, 2, length}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
        BOOST_TEST(compiled.model().state_dict()["count"].as<int64_t>()[0] ==
                   net->count.to_vector<int64_t>()[0]);
    }
    ForwardHookHandle hook =
        compiled.model().register_forward_hook("fir", [](HookContext& call) { call.outputs(); });
    const Tensor x = numbers({1, 2, 7}, DType::f32);
    check_equal(compiled(x), net(x), 1e-6);
    hook.remove();
    check_equal(compiled(x), net(x), 1e-6);
}

BOOST_AUTO_TEST_CASE(masks_and_products_of_plain_sizes_serve_every_size) {
    Causal net;
    CompiledModel compiled = compile(net, "x:f32[N=1..4,T=1..20,4]", compile_options());
    for (const int64_t n : {1, 2, 4}) {
        for (const int64_t t : {1, 3, 8, 20}) {
            const Tensor x = numbers({n, t, 4}, DType::f32);
            check_equal(compiled(x), net(x), 1e-5);
        }
    }
}

BOOST_AUTO_TEST_CASE(sizes_in_plain_integers_serve_every_batch) {
    OddCode net("size");
    CompiledModel compiled = compile(net, rows_by_four, compile_options());
    for (const int64_t rows : {2, 3, 6}) {
        const Tensor x = numbers({rows, 4}, DType::f32);
        check_equal(compiled(x), net(x), 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(a_number_that_only_a_run_knows_is_refused_with_its_place) {
    OddCode net("item");
    try {
        compile(net, rows_by_four, compile_options());
        BOOST_ERROR("nothing was thrown");
    } catch (const UserError& error) {
        const std::string text = error.what();
        BOOST_CHECK_EQUAL(error.id(), "trace.scalar");
        BOOST_CHECK_MESSAGE(text.find("forward() of OddCode") != std::string::npos, text);
        BOOST_CHECK_MESSAGE(text.find("where()") != std::string::npos, text);
    }
    check_equal(net(ones({2, 4})), full({2, 4}, 2.0, DType::f32));  // eager goes on
}

BOOST_AUTO_TEST_CASE(a_plain_struct_gives_the_tensors_of_its_fields) {
    Decides net;
    CompiledModel compiled = compile(net, "x:f32[N=1..4,4]", compile_options());
    const Tensor x = numbers({3, 4}, DType::f32);
    const Tensors got = compiled(Tensors{x});
    const Decision want = net(x);
    BOOST_REQUIRE_EQUAL(got.size(), 4U);
    check_equal(got[0], want.scores.logits.detach(), 1e-6);
    check_equal(got[1], want.scores.value->detach(), 1e-6);
    check_equal(got[2], want.more[0].detach(), 1e-6);
    check_equal(got[3], want.more[1].detach(), 1e-6);
    int seen = 0;
    net->register_forward_hook([&](nn::Module&, const Tensors&, const Tensors& results) {
        seen = static_cast<int>(results.size());
    });
    net(x);
    BOOST_CHECK_EQUAL(seen, 4);
}

BOOST_AUTO_TEST_CASE(sizes_as_numbers_of_all_kinds_serve_every_size) {
    Counts net;
    CompiledModel compiled = compile(net, "x:f32[N=1..4,T=1..20]", compile_options());
    for (const int64_t n : {1, 2, 4}) {
        for (const int64_t t : {1, 2, 9, 20}) {
            const Tensor x = numbers({n, t}, DType::f32);
            const Tensors got = compiled(Tensors{x}), want = net(x);
            for (size_t i = 0; i < 3; ++i) check_equal(got[i], want[i], 1e-5);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_branch_on_a_number_is_followed_both_ways) {
    BranchesOnNumbers net;
    CompiledModel compiled = compile(net, rows_by_four, compile_options());
    for (const double first : {-3.0, -0.5, 0.25, 0.5, 40.0}) {
        for (const bool are_equal : {false, true}) {
            Tensor x = are_equal ? full({2, 4}, first, DType::f32) : numbers({2, 4}, DType::f32);
            x[0][0] = first;
            check_equal(compiled(x), net(x), 1e-6);
        }
    }
}

BOOST_AUTO_TEST_CASE(bools_of_numbers_are_followed_both_ways) {
    AsksForBools net;
    CompiledModel compiled = compile(net, rows_by_four, compile_options());
    for (const double first : {0.0, 2.0, 40.0}) {
        for (const double second : {7.0, -first}) {
            Tensor x = zeros({2, 4});
            x[0][0] = first;
            x[0][1] = second;
            check_equal(compiled(x), net(x), 1e-6);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_exception_of_forward_comes_out_and_leaves_the_model_as_it_was) {
    OddCode net("throw");
    const auto has_it_within = [](const UserError& error) {
        try {
            std::rethrow_if_nested(error);
        } catch (const std::runtime_error& own) {
            return std::string(own.what()) == "from forward";
        }
        return false;
    };
    BOOST_CHECK_EXCEPTION(compile(net, rows_by_four), UserError, has_it_within);
    net->what = "";
    check_equal(net(ones({2, 4})), full({2, 4}, 2.0, DType::f32));
    CompiledModel compiled = compile(net, rows_by_four, compile_options());
    check_equal(compiled(ones({2, 4})), full({2, 4}, 2.0, DType::f32));
}

BOOST_AUTO_TEST_CASE(a_tensor_kept_in_a_member_serves_the_trace_and_no_longer) {
    OddCode net("keep");
    CompiledModel compiled = compile(net, rows_by_four, compile_options());
    check_equal(compiled(ones({2, 4})), full({2, 4}, 3.0, DType::f32));
    check_error("tensor.trace_ended", [&] { net->kept + 1; });
    net(ones({2, 4}));  // eager puts a tensor with data there
    check_equal(net->kept, full({2, 4}, 2.0, DType::f32));
}

BOOST_AUTO_TEST_CASE(printing_a_tensor_while_tracing_shows_its_type) {
    OddCode net("print");
    compile(net, rows_by_four, compile_options());
    BOOST_CHECK_MESSAGE(net->printed.find("f32[N, 4]") != std::string::npos, net->printed);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
