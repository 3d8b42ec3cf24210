// Loops over items mean what the nodes meant, wherever they begin and end, and run so compiled.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/sample_scope.h"
#include "compiler/passes/batch_body.h"
#include "compiler/passes/pipeline.h"
#include "tests/ir/random_graph.h"
#include "tests/support/check_compiled.h"
#include "tests/support/compiled_function.h"
#include "tests/support/sample.h"

using namespace lithe;
using namespace lithe::tests;
namespace cases = boost::unit_test::data;

namespace {

/// All loops over `items` items that steps can be cut into, cut again at random.
std::vector<passes::BatchStretch> random_stretches(const std::vector<passes::BatchStep>& steps,
                                                   std::mt19937_64& random) {
    std::vector<passes::BatchStretch> stretches;
    for (size_t begin = 0; begin < steps.size();) {
        size_t end = begin;
        const Dim& items = steps[begin].items;
        while (end < steps.size() && !steps[end].roles.empty() && same(steps[end].items, items) &&
               (end == begin || random() % 5 > 0)) {
            ++end;
        }
        const int64_t half = items.is_constant() ? items.constant() / 2 : 1;
        const bool halves = items.is_constant() && items.constant() % 2 == 0 && random() % 2 == 0;
        if (end > begin) stretches.push_back({begin, end, halves ? half : 1});
        begin = std::max(end, begin + 1);
    }
    return stretches;
}

/// Splits the graph `forward` of a program at random; says into how many loops.
size_t split(ir::Program& program, uint64_t seed) {
    std::mt19937_64 random(seed);
    ir::Graph& graph = *program.graph("forward");
    graph.number();
    const std::vector<passes::BatchStep> steps = passes::batch_steps(graph);
    const std::vector<passes::BatchStretch> stretches = random_stretches(steps, random);
    passes::Notes notes;
    if (program.modules.empty()) program.modules.push_back({"", "Net", ""});
    if (!stretches.empty()) passes::make_batch_loops(graph, steps, stretches, notes);
    graph.number();
    ir::verify(program, "split_batch");
    return stretches.size();
}

int count_of(const ir::Program& program, std::string_view op) {
    const auto& nodes = program.graph("forward")->nodes();
    return static_cast<int>(
        std::count_if(nodes.begin(), nodes.end(), [&](const auto& node) { return node->is(op); }));
}

/// A network with residuals, a cat, pools, a scale for each image, and results from inside.
std::string network(const std::string& n, const std::string& dtype) {
    const auto type = [&](const std::string& shape) {
        return fmt::format("{}[{}, {}]", dtype, n, shape);
    };
    const auto conv = [&](const std::string& operands, const std::string& shape, int pad,
                          int stride) {
        return fmt::format(
            "conv({}) : {} {{dilation = [1, 1], groups = 1, pad_begin = [{}, {}], pad_end = [{}, "
            "{}], stride = [{}, {}]}}\n",
            operands, type(shape), pad, pad, pad, pad, stride, stride);
    };
    std::string text = "program p\n";
    if (n == "N") text += "symbol N = 1..9\n";
    text += "\ngraph forward\n%x = input : " + type("5, 13, 11") + "\n";
    text += fmt::format(
        "%u = input : {0}[12, 5, 3, 3]\n%v = input : {0}[12, 12, 3, 3]\n%w = input : {0}[8, 24, 1, "
        "1]\n%b = input : {0}[12]\n%m = input : {0}[7, 8]\n",
        dtype);
    text += "%0 = " + conv("%x, %u, %b", "12, 13, 11", 1, 1);
    text += "%1 = relu(%0) : " + type("12, 13, 11") + "\n";
    text += "%2 = " + conv("%1, %v", "12, 13, 11", 1, 1);
    text += "%3 = add(%2, %1) : " + type("12, 13, 11") + "\n";
    text += "%4 = cat(%3, %1) : " + type("24, 13, 11") + " {axis = 1}\n";
    text += "%5 = " + conv("%4, %w", "8, 7, 6", 0, 2);
    text += "%6 = sum(%5) : " + type("8, 1, 1") + " {axes = [2, 3], keepdim = true}\n";
    text += "%7 = sigmoid(%6) : " + type("8, 1, 1") + "\n";
    text += "%8 = mul(%5, %7) : " + type("8, 7, 6") + "\n";
    text += "%9 = sum(%8) : " + type("8") + " {axes = [2, 3], keepdim = false}\n";
    text += "%10 = linear(%9, %m) : " + type("7") + "\n";
    text += "%11 = softmax(%10) : " + type("7") + " {axis = 1}\n";
    return text + "return %11, %3, %7\n";
}

std::vector<Array> inputs_of(const ir::Program& program, int64_t items) {
    std::vector<Array> inputs;
    for (const ir::Node* node : program.graph("forward")->inputs()) {
        Sizes sizes;
        for (const Dim& dim : node->type().shape)
            sizes.push_back(dim.is_constant() ? dim.constant() : items);
        inputs.push_back(
            sample_input(node->type().dtype, sizes, static_cast<int>(inputs.size()), 0.4));
    }
    return inputs;
}

/// Cut at random by a seed.
void check_network(const std::string& n, const std::string& dtype, int seed) {
    const std::string text = network(n, dtype);
    const ir::Program whole = ir::parse_program(text);
    ir::Program program = ir::parse_program(text);
    {
        const ir::SampleScope scope(program);
        BOOST_TEST(split(program, static_cast<uint64_t>(seed)) > 0);
    }
    BOOST_TEST(count_of(program, "scan") > 0);
    CheckedProgram checked(print(program));
    const std::vector<int64_t> counts =
        n == "N" ? std::vector<int64_t>{1, 2, 7} : std::vector<int64_t>{std::stoi(n)};
    for (const int64_t count : counts) {
        const std::vector<Array> inputs = inputs_of(whole, count);
        // Sums of at most 216 products; Winograd's patches add a factor of 16.
        checked.check(inputs, dtype == "f64" ? 1e-13 : 2e-5);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(split_batch_loops)

BOOST_AUTO_TEST_CASE(random_programs_keep_every_bit, *boost::unit_test::label("sampled")) {
    size_t loops = 0;
    Sample sample(3);
    for (uint64_t seed = 0; seed < 400; ++seed) {
        if (!sample.takes()) continue;
        BOOST_TEST_CONTEXT("seed " << seed) {
            std::mt19937_64 random(seed);
            ir::Program program = random_program(random, 14);
            const ir::Graph& graph = *program.graph("forward");
            const std::vector<Array> inputs =
                random_inputs(graph, random, 1 + static_cast<int64_t>(random() % 4));
            const std::vector<Array> want = ir::Interpreter(program).run(graph, inputs);
            const std::string before = print(program);
            {
                const ir::SampleScope scope(program);
                loops += split(program, seed);
            }
            const std::vector<Array> got =
                ir::Interpreter(program).run(*program.graph("forward"), inputs);
            BOOST_REQUIRE(got.size() == want.size());
            for (size_t i = 0; i < got.size(); ++i) {
                BOOST_TEST(agree(got[i], want[i], 0), "output " << i << " of\n"
                                                                << before << "\nbecame\n"
                                                                << print(program));
            }
        }
    }
    BOOST_TEST(loops > 100);
}

BOOST_DATA_TEST_CASE(networks_compile,
                     cases::make({"2", "3", "7", "8", "N"}) * cases::make({"f32", "f64"}), n,
                     dtype) {
    check_network(n, dtype, 0);
}

BOOST_TEST_DECORATOR(*boost::unit_test::label("slow"))
BOOST_DATA_TEST_CASE(networks_compile_cut_otherwise,
                     cases::make({"2", "3", "7", "8", "N"}) * cases::make({"f32", "f64"}) *
                         cases::xrange(1, 3),
                     n, dtype, seed) {
    check_network(n, dtype, seed);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// Two convolutions on images that do not fit a cache together.
struct ImagesImpl : nn::Module {
    nn::Conv2d first{nn::Conv2dOptions(3, 16, 3).padding(1)}, second{16, 12, 1};
    nn::MaxPool2d pool{nn::MaxPool2dOptions(2)};
    nn::Linear head{12, 5};
    ImagesImpl() {
        register_module("first", first);
        register_module("second", second);
        register_module("pool", pool);
        register_module("head", head);
    }
    Tensor forward(const Tensor& x) {
        const Tensor y = relu(second(pool(relu(first(x)))));
        return head(mean(y, {2, 3}));
    }
};
LITHE_MODULE(Images);

struct Networks {
    Images net;
    Tensor x = numbers({8, 3, 120, 120}, DType::f32, 1.0, 3);

    CompiledModel compiled(const std::string& inputs,
                           const CompileOptions& options = compile_options()) {
        return compile_subject(
            {net.ptr(), [this](const Tensors& in) { return Tensors{net->forward(in[0])}; }}, inputs,
            options);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(split_batch_models, Networks)

BOOST_DATA_TEST_CASE(equal_eager_and_hooks_still_run,
                     cases::make({"x:f32[8,3,120,120]", "x:f32[N=1..8,3,120,120]"}), inputs) {
    const NoGradGuard no_grad;
    CompiledModel model = compiled(inputs);
    BOOST_TEST(count_of(model.compiled().program, "scan") == 1);
    const Tensor want = net->forward(x);
    check_equal(model(Tensors{x})[0], want, 1e-5);

    int calls = 0;
    Sizes seen;
    auto handle = model.model().register_forward_hook("pool", [&](HookContext& context) {
        ++calls;
        const auto& shape = context.outputs()[0].shape;
        seen.assign(shape.begin(), shape.end());
    });
    check_equal(model(Tensors{x})[0], want, 1e-5);
    BOOST_TEST(calls == 1);
    BOOST_TEST(seen == (Sizes{8, 16, 60, 60}), boost::test_tools::per_element());
    handle.remove();
    check_equal(model(Tensors{x})[0], want, 1e-5);
}

/// Threads take whole images where there are enough of them; each has memory of its own for what is
/// between kernels.
BOOST_DATA_TEST_CASE(threads_take_images_and_give_the_same_bits, cases::make({2, 3, 4}), threads) {
    const NoGradGuard no_grad;
    CompiledModel model = compiled("x:f32[N=1..8,3,120,120]");
    for (const int64_t items : {1, 2, 3, 7, 8}) {
        const Tensor images = numbers({items, 3, 120, 120}, DType::f32, 1.0, 5);
        model.session().set_executor(nullptr);
        const Tensor serial = model(Tensors{images})[0];
        const size_t bytes = model.session().arena_bytes();
        ThreadPool pool(threads);
        model.session().set_executor(&pool);
        for (int run = 0; run < 3; ++run) check_equal(model(Tensors{images})[0], serial, 0);
        if (items == 8) BOOST_TEST(model.session().arena_bytes() > bytes);
        model.session().set_executor(nullptr);
    }
}

BOOST_AUTO_TEST_CASE(the_pass_can_be_left_out) {
    CompileOptions options = compile_options();
    options.disabled_passes = {"split_batch"};
    CompiledModel model = compiled("x:f32[8,3,120,120]", options);
    BOOST_TEST(count_of(model.compiled().program, "scan") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
