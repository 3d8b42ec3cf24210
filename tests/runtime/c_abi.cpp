#include "runtime/c_abi.h"

#include <boost/test/unit_test.hpp>
#include <cstring>

#include "tests/runtime/toy_model.h"

using namespace lithe;
using namespace lithe::tests;

namespace {

lithe_tensor f32(const float* data, const std::vector<int64_t>& shape) {
    return {.struct_size = sizeof(lithe_tensor),
            .dtype = lithe_dtype_f32,
            .data = const_cast<float*>(data),
            .shape = shape.data(),
            .rank = shape.size()};
}

lithe_named_tensor named(const char* name, const lithe_tensor& tensor) {
    return {.struct_size = sizeof(lithe_named_tensor), .name = name, .tensor = tensor};
}

struct Fixture {
    std::vector<float> weight = std::vector<float>(6, 2), bias = {1, 1};
    std::vector<int64_t> weight_shape = {2, 3}, bias_shape = {2}, x_shape = {1, 3},
                         y_shape = {1, 2};
    std::vector<lithe_named_tensor> weights = {named("fc.weight", f32(weight.data(), weight_shape)),
                                               named("fc.bias", f32(bias.data(), bias_shape))};
    lithe_error error = {.struct_size = sizeof(lithe_error)};
    lithe_model* model = nullptr;
    lithe_session* session = nullptr;
    std::vector<float> x = {1, 2, 3}, y = {0, 0};

    Fixture() {
        BOOST_REQUIRE_EQUAL(
            lithe_model_create_from_tensors(&toy().table(), weights.data(), 2, &model, &error),
            lithe_status_ok);
        BOOST_REQUIRE_EQUAL(lithe_session_create(model, &session, &error), lithe_status_ok);
    }
    ~Fixture() {
        lithe_session_destroy(session);
        lithe_model_destroy(model);
    }
    lithe_status run() {
        const lithe_tensor input = f32(x.data(), x_shape);
        const lithe_tensor output = f32(y.data(), y_shape);
        return lithe_session_run(session, &input, 1, &output, 1, &error);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_c_abi, Fixture)

BOOST_AUTO_TEST_CASE(runs) {
    BOOST_CHECK_EQUAL(run(), lithe_status_ok);
    BOOST_CHECK_EQUAL(error.text, "");
    BOOST_CHECK((y == std::vector<float>{13, 13}));
    BOOST_CHECK_EQUAL(lithe_model_set_threads(model, 2, &error), lithe_status_ok);
    lithe_model_destroy(model);
    model = nullptr;
    BOOST_CHECK_EQUAL(run(), lithe_status_ok);
}

BOOST_AUTO_TEST_CASE(tells_shapes) {
    x_shape = {4, 3};
    const lithe_tensor input = f32(nullptr, x_shape);
    int64_t shape[2] = {};
    size_t rank = 2;
    BOOST_CHECK_EQUAL(lithe_session_output_shape(session, &input, 1, 0, shape, &rank, &error),
                      lithe_status_ok);
    BOOST_CHECK_EQUAL(rank, 2);
    BOOST_CHECK_EQUAL(shape[0], 4);
    BOOST_CHECK_EQUAL(shape[1], 2);
    rank = 1;
    lithe_session_output_shape(session, &input, 1, 0, shape, &rank, &error);
    BOOST_CHECK_EQUAL(error.text, "c_abi: room for 1 sizes, the output has 2 [abi.rank]");
    BOOST_CHECK_EQUAL(rank, 2);
}

BOOST_AUTO_TEST_CASE(errors_are_a_status_and_a_message) {
    x_shape = {3, 1};
    BOOST_CHECK_EQUAL(run(), lithe_status_user_error);
    BOOST_CHECK_EQUAL(error.status, lithe_status_user_error);
    BOOST_CHECK_EQUAL(error.id, "input.size");
    BOOST_CHECK_EQUAL(error.text, "run: input 'x': size 1 of f32[3, 1] is 1, not 3 [input.size]");
    BOOST_CHECK_EQUAL(lithe_model_load_tensors(model, weights.data(), 1, 1, nullptr),
                      lithe_status_user_error);
    BOOST_CHECK_EQUAL(lithe_session_run(nullptr, nullptr, 0, nullptr, 0, &error),
                      lithe_status_user_error);
    BOOST_CHECK_EQUAL(error.text, "c_abi: the session is null [abi.null]");
    lithe_tensor tensor = f32(x.data(), x_shape);
    tensor.dtype = 99;
    lithe_session_run(session, &tensor, 1, nullptr, 0, &error);
    BOOST_CHECK_EQUAL(error.text, "c_abi: dtype 99 of 10 [abi.dtype]");
    tensor.struct_size = 4;
    lithe_session_run(session, &tensor, 1, nullptr, 0, &error);
    BOOST_CHECK_EQUAL(error.id, "abi.struct_size");
}

BOOST_AUTO_TEST_CASE(long_messages_are_cut) {
    std::vector<std::string> keys(200, std::string(50, 'k'));
    std::vector<lithe_named_tensor> extra;
    for (const std::string& key : keys) extra.push_back(named(key.c_str(), weights[0].tensor));
    lithe_model_load_tensors(model, extra.data(), extra.size(), 1, &error);
    BOOST_CHECK_EQUAL(std::strlen(error.text), sizeof(error.text) - 1);
    error.struct_size = offsetof(lithe_error, text) + 16;
    std::memset(error.text, 'x', sizeof(error.text));
    lithe_model_load_tensors(model, extra.data(), extra.size(), 1, &error);
    BOOST_CHECK_EQUAL(error.text, "Error(s) in loa");
    BOOST_CHECK_EQUAL(error.text[16], 'x');
}

BOOST_AUTO_TEST_CASE(weights_are_listed_and_loaded) {
    std::string names;
    const auto note = [](void* user, const lithe_named_tensor* tensor) {
        static_cast<std::string*>(user)->append(tensor->name).append(" ");
    };
    BOOST_CHECK_EQUAL(lithe_model_visit(model, lithe_listing_state_dict, note, &names, &error),
                      lithe_status_ok);
    BOOST_CHECK_EQUAL(names, "fc.weight fc.bias runs ");
    names.clear();
    lithe_model_visit(model, lithe_listing_buffers, note, &names, &error);
    BOOST_CHECK_EQUAL(names, "runs ");
    bias = {5, 6};
    BOOST_CHECK_EQUAL(lithe_model_load_tensors(model, weights.data() + 1, 1, 0, &error),
                      lithe_status_ok);
    run();
    BOOST_CHECK((y == std::vector<float>{17, 18}));
    BOOST_CHECK_EQUAL(lithe_model_load_state_dict(model, "no such file", 1, &error),
                      lithe_status_user_error);
}

BOOST_AUTO_TEST_CASE(hooks) {
    int calls = 0;
    uint64_t id = 0;
    const auto hook = [](void* user, const lithe_hook_call* call) {
        ++*static_cast<int*>(user);
        BOOST_CHECK_EQUAL(call->path, "fc");
        BOOST_CHECK_EQUAL(call->input_count, 1);
        static_cast<float*>(call->outputs[0].data)[0] = 50;
    };
    BOOST_CHECK_EQUAL(lithe_model_register_forward_hook(model, "fc", hook, &calls, &id, &error),
                      lithe_status_ok);
    run();
    BOOST_CHECK((y == std::vector<float>{50, 13}));
    lithe_model_remove_hook(model, id, &error);
    lithe_model_remove_hook(model, id, &error);
    run();
    BOOST_CHECK((y == std::vector<float>{13, 13}));
    BOOST_CHECK_EQUAL(calls, 1);
    lithe_model_register_forward_hook(model, "fd", hook, &calls, &id, &error);
    BOOST_CHECK_EQUAL(error.id, "hook.unknown_module");
}

BOOST_AUTO_TEST_CASE(a_session_that_runs_is_refused) {
    // The hook's call must leave alone what the run in it reads.
    struct Inner {
        Fixture* fixture;
        std::vector<float> x, y;
        lithe_status run, shape;
    } inner = {this, std::vector<float>(24, 9), std::vector<float>(16), lithe_status_ok,
               lithe_status_ok};
    const lithe_hook hook = [](void* user, const lithe_hook_call*) {
        auto& call = *static_cast<Inner*>(user);
        const std::vector<int64_t> in_shape = {8, 3}, out_shape = {8, 2};
        const lithe_tensor input = f32(call.x.data(), in_shape);
        const lithe_tensor output = f32(call.y.data(), out_shape);
        lithe_session* running = call.fixture->session;
        call.run = lithe_session_run(running, &input, 1, &output, 1, nullptr);
        int64_t shape[2];
        size_t rank = 2;
        call.shape = lithe_session_output_shape(running, &input, 1, 0, shape, &rank, nullptr);
    };
    BOOST_REQUIRE_EQUAL(
        lithe_model_register_forward_pre_hook(model, "fc", hook, &inner, nullptr, &error),
        lithe_status_ok);
    BOOST_CHECK_EQUAL(run(), lithe_status_ok);
    BOOST_CHECK((y == std::vector<float>{13, 13}));
    BOOST_CHECK_EQUAL(inner.run, lithe_status_user_error);
    BOOST_CHECK_EQUAL(inner.shape, lithe_status_user_error);
}

BOOST_AUTO_TEST_CASE(training) {
    BOOST_CHECK_EQUAL(lithe_model_train(model, 1, &error), lithe_status_ok);
    run();
    BOOST_CHECK_EQUAL(lithe_session_set_seed(session, 7, &error), lithe_status_ok);
    BOOST_CHECK((y == std::vector<float>{13, 13}));
}

BOOST_AUTO_TEST_SUITE_END()
