#include "runtime/session.h"

#include <boost/test/unit_test.hpp>

#include "runtime/error.h"
#include "runtime/parallel.h"
#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

using Floats = std::vector<float>;

ConstTensorView rows(const Floats& x) {
    return {x.data(), DType::f32, {static_cast<int64_t>(x.size()) / 3, 3}};
}

Floats values(const HostTensor& tensor) {
    const float* first = tensor.data<float>();
    return {first, first + element_count(tensor.shape())};
}

struct Fixture {
    ToyWeights weights{2, 1};
    Model model{toy().table(), weights.dict()};
    Session session{model};
    Floats x = {1, 2, 3, -1, -2, -3};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_session, Fixture, *boost::unit_test::label("threads"))

BOOST_AUTO_TEST_CASE(runs_for_every_size) {
    for (int64_t n : {2, 1, 8, 8, 3}) {
        const Floats input(static_cast<size_t>(n) * 3, static_cast<float>(n));
        const std::vector<HostTensor> y = session.run({rows(input)});
        BOOST_REQUIRE_EQUAL(y.size(), 1);
        BOOST_CHECK((y[0].shape() == std::vector<int64_t>{n, 2}));
        BOOST_CHECK(values(y[0]) == toy_result(input, 2, 1));
    }
}

BOOST_AUTO_TEST_CASE(writes_into_the_callers_memory) {
    Floats y(4, -1);
    const ConstTensorView input = rows(x);
    const TensorView output{y.data(), DType::f32, {2, 2}};
    session.run({&input, 1}, {&output, 1});
    BOOST_CHECK((y == Floats{13, 13, 0, 0}));
}

BOOST_AUTO_TEST_CASE(tells_the_shapes_beforehand) {
    const ConstTensorView input{nullptr, DType::f32, {5, 3}};
    BOOST_CHECK((session.output_shapes({&input, 1}) == std::vector<std::vector<int64_t>>{{5, 2}}));
}

BOOST_AUTO_TEST_CASE(wrong_inputs_are_named) {
    const auto error = [&](std::initializer_list<ConstTensorView> inputs) {
        return message_of([&] { session.run(inputs); });
    };
    const float* data = x.data();
    BOOST_CHECK_EQUAL(error({}), "run: toy takes 1 inputs, 0 were given [input.count]");
    BOOST_CHECK_EQUAL(error({{data, DType::f64, {1, 3}}}),
                      "run: input 'x': f64[1, 3] is given, f32[N, 3] is compiled [input.dtype]");
    BOOST_CHECK_EQUAL(
        error({{data, DType::f32, {3}}}),
        "run: input 'x': f32[3] has 1 dimensions, f32[N, 3] is compiled [input.rank]");
    BOOST_CHECK_EQUAL(error({{data, DType::f32, {1, 4}}}),
                      "run: input 'x': size 1 of f32[1, 4] is 4, not 3 [input.size]");
    BOOST_CHECK_EQUAL(error({{data, DType::f32, {9, 3}}}),
                      "run: input 'x': f32[9, 3] makes N = 9, 1 to 8 is compiled [input.range]");
    BOOST_CHECK_EQUAL(error({{data, DType::f32, {0, 3}}}),
                      "run: input 'x': f32[0, 3] makes N = 0, 1 to 8 is compiled [input.range]");
    BOOST_CHECK_EQUAL(
        error({{data, DType::f32, {-1, 3}}}),
        "run: input 'x': size 0 of f32[-1, 3] is -1, f32[N, 3] is compiled [input.size]");
    BOOST_CHECK_EQUAL(error({{nullptr, DType::f32, {1, 3}}}),
                      "run: input 'x' has no data [input.null]");
    BOOST_CHECK(values(session.run({rows(x)})[0]) == toy_result(x, 2, 1));
}

BOOST_AUTO_TEST_CASE(wrong_outputs_are_named) {
    Floats y(4);
    const ConstTensorView input = rows(x);
    const auto error = [&](const TensorView& output) {
        return message_of([&] { session.run({&input, 1}, {&output, 1}); });
    };
    BOOST_CHECK_EQUAL(message_of([&] { session.run({&input, 1}, {}); }),
                      "run: toy gives 1 outputs, 0 were given [output.count]");
    BOOST_CHECK_EQUAL(
        error({y.data(), DType::f32, {2, 3}}),
        "run: output 'y': f32[2, 3] is given, the result is f32[2, 2] [output.shape]");
    BOOST_CHECK_EQUAL(
        error({y.data(), DType::i64, {2, 2}}),
        "run: output 'y': i64[2, 2] is given, the result is f32[2, 2] [output.dtype]");
    BOOST_CHECK_EQUAL(error({nullptr, DType::f32, {2, 2}}),
                      "run: output 'y' has no data [output.null]");
    BOOST_CHECK_EQUAL(error({x.data() + 1, DType::f32, {2, 2}}),
                      "run: output 'y' overlaps input 'x' [output.overlap]");
}

BOOST_AUTO_TEST_CASE(a_kernel_that_fails_is_named) {
    std::vector<lithe_kernel> kernels = toy_kernels();
    kernels[3] = [](void**) { return -3; };
    const Linked linked(toy_artifact(), kernels);
    const Model broken(linked.table(), weights.dict());
    Session other(broken);
    BOOST_CHECK_EQUAL(message_of([&] { other.run({rows(x)}); }),
                      "run: kernel 'linear_relu' in step 0 of plan 'forward' returned -3 (this is "
                      "a bug in lithe) [run.kernel]");
}

BOOST_AUTO_TEST_CASE(training_updates_buffers) {
    const auto runs = [&] { return *model.named_buffers()["runs"].as<int64_t>(); };
    model.train();
    BOOST_CHECK(values(session.run({rows(x)})[0]) == toy_result(x, 2, 1));
    const StateDict before = model.state_dict();
    session.run({rows(x)});
    BOOST_CHECK_EQUAL(runs(), 2);
    BOOST_CHECK_EQUAL(*before["runs"].as<int64_t>(), 1);
    model.eval();
    session.run({rows(x)});
    BOOST_CHECK_EQUAL(runs(), 2);
}

BOOST_AUTO_TEST_CASE(what_is_made_of_an_updated_buffer_is_made_again) {
    artifact::Artifact artifact = toy_artifact();
    artifact.plans[1].values[0].space = artifact::Space::prepared;  // forward gives the count
    artifact.plans[1].values[0].index = 1;
    artifact.plans[1].values[0].type.shape.clear();
    artifact.plans[1].values[3] = artifact.plans[1].values[0];
    artifact.outputs[0].type = artifact.plans[1].values[0].type;
    artifact.plans[1].steps.clear();
    artifact.plans[2].outputs[0] = 0;
    artifact.plans[2].values[0] = artifact.plans[1].values[0];
    artifact.plans[2].values[3] = artifact.plans[1].values[0];
    artifact.plans[2].steps.erase(artifact.plans[2].steps.begin());
    artifact.plans.pop_back();
    const Linked linked(artifact, toy_kernels());
    Model counting(linked.table(), weights.dict());
    Session other(counting);
    BOOST_CHECK(values(other.run({rows(x)})[0]) == Floats{0});
    counting.train();
    other.run({rows(x)});
    counting.eval();
    BOOST_CHECK(values(other.run({rows(x)})[0]) == Floats{1});
}

BOOST_AUTO_TEST_CASE(random_numbers_begin_with_the_seed_and_the_run) {
    artifact::Artifact artifact = toy_artifact();
    artifact::Plan& plan = artifact.plans[1];
    plan.values[0].type = artifact.outputs[0].type = {DType::i64, {fixed(2)}};
    plan.values[0].space = artifact::Space::random;
    plan.steps.clear();
    plan.outputs = {0};
    artifact.plans.resize(2);
    const Linked linked(artifact, toy_kernels());
    const Model model2(linked.table(), weights.dict());
    Session other(model2);
    const auto state = [&] {
        const auto y = other.run({rows(x)});
        return std::pair(y[0].data<int64_t>()[0], y[0].data<int64_t>()[1]);
    };
    BOOST_CHECK((state() == std::pair<int64_t, int64_t>(0, 0)));
    other.set_seed(7);
    BOOST_CHECK((state() == std::pair<int64_t, int64_t>(7, 0)));
    BOOST_CHECK((state() == std::pair<int64_t, int64_t>(7, 1)));
}

BOOST_AUTO_TEST_CASE(kernels_get_the_executor) {
    // Doubles its rows in parallel: [N, 3] -> [N, 2].
    std::vector<lithe_kernel> kernels = toy_kernels();
    kernels[3] = [](void** a) {
        const lithe_task row = [](void*, int n, uint8_t* closure) {
            auto** buffers = reinterpret_cast<void**>(closure);
            for (int i = 0; i < 2; ++i) {
                at<float>(buffers[5], {n, i}) = 2 * at<float>(buffers[2], {n, i});
            }
            return 0;
        };
        return lithe_do_par_for(*static_cast<void**>(a[0]), row, 0, *static_cast<int32_t*>(a[1]),
                                reinterpret_cast<uint8_t*>(a));
    };
    const Linked linked(toy_artifact(), kernels);
    Model parallel(linked.table(), weights.dict());
    Session other(parallel);
    ThreadPool pool(3);
    SerialExecutor serial;
    const Floats expected = {2, 4, -2, -4};
    BOOST_CHECK(values(other.run({rows(x)})[0]) == expected);
    parallel.set_executor(&pool);
    BOOST_CHECK(values(other.run({rows(x)})[0]) == expected);
    other.set_executor(&serial);
    BOOST_CHECK(values(other.run({rows(x)})[0]) == expected);
    other.set_executor(nullptr);
    BOOST_CHECK(values(other.run({rows(x)})[0]) == expected);
}

BOOST_AUTO_TEST_CASE(a_session_outlives_its_model) {
    auto owner = std::make_unique<Model>(toy().table(), weights.dict());
    Session other(*owner);
    owner.reset();
    BOOST_CHECK(values(other.run({rows(x)})[0]) == toy_result(x, 2, 1));
}

BOOST_AUTO_TEST_CASE(a_session_is_for_one_thread) {
    const auto handle =
        model.register_forward_hook("", [&](HookContext&) { session.run({rows(x)}); });
    BOOST_CHECK_EQUAL(message_of([&] { session.run({rows(x)}); }),
                      "run: this session is running; every thread needs one of its own "
                      "[session.busy]");
}

BOOST_AUTO_TEST_CASE(extracts_what_a_module_gives) {
    const ConstTensorView input = rows(x);
    const auto y = session.extract("fc", {&input, 1});
    BOOST_REQUIRE_EQUAL(y.size(), 1);
    BOOST_CHECK((values(y[0]) == Floats{13, 13, -11, -11}));
    BOOST_CHECK(values(session.extract("act", {&input, 1})[0]) == toy_result(x, 2, 1));
    BOOST_CHECK(values(session.extract("", {&input, 1})[0]) == toy_result(x, 2, 1));
    BOOST_CHECK_EQUAL(message_of([&] { session.extract("fcc", {&input, 1}); }),
                      "extract: no module 'fcc'; did you mean 'fc'? [extract.unknown_module]");
    BOOST_CHECK_EQUAL(
        message_of([&] { session.extract("fc", {&input, 1}, {.call = 1}); }),
        "extract: module 'fc' is called 1 times, call 1 was asked for [extract.no_call]");
}

BOOST_AUTO_TEST_SUITE_END()
