// Tensors that forward() puts into fields: buffers go on, what is only kept is taken back, and
// state that would be lost is refused. This source goes through lithe-reflect.
#include <map>
#include <vector>

#include "compiler/compiled_model.h"
#include "dsl/nn.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

Tensor x() { return numbers({2, 3}, DType::f32); }

/// A moving average that is assigned, as in Python.
struct AverageImpl : nn::Module {
    nn::Buffer mean{zeros({3})};
    Tensor forward(const Tensor& in) {
        mean = mean * 0.5 + in.sum(0);
        return in - mean;
    }
};
LITHE_MODULE(Average);

/// The same in a buffer that the base class keeps under the field's name.
struct RegisteredImpl : nn::Module {
    Tensor mean = register_buffer("mean", zeros({3}));
    Tensor forward(const Tensor& in) {
        mean = mean * 0.5 + in.sum(0);
        return in - mean;
    }
};
LITHE_MODULE(Registered);

/// Keeps what it computed, for those who look at it, and a table for the next call.
struct KeepingImpl : nn::Module {
    nn::Linear fc{3, 3};
    Tensor last, table;
    std::vector<Tensor> layers;
    std::map<std::string, Tensor> named;
    Tensor forward(const Tensor& in) {
        const Dim rows = in.size(0);
        if (!table.defined() || table.size(0) != rows) table = arange(rows).to(DType::f32);
        layers.clear();
        last = fc(in) + table.unsqueeze(1);
        layers.push_back(relu(last));
        layers.push_back(last * 2);
        named["half"] = last * 0.5;
        return layers[0] + layers[1];
    }
};
LITHE_MODULE(Keeping);

/// A field that is no buffer, and how forward() goes on with it.
struct HiddenImpl : nn::Module {
    enum class Way { assigned, written, made_when_empty } way = Way::assigned;
    Tensor hidden;
    explicit HiddenImpl(Way of) : way(of) {
        if (way != Way::made_when_empty) hidden = zeros({3});
    }
    Tensor forward(const Tensor& in) {
        if (!hidden.defined()) hidden = zeros({3});
        if (way == Way::written) {
            hidden.mul_(0.5).add_(in.sum(0));
        } else {
            hidden = hidden * 0.5 + in.sum(0);
        }
        return in - hidden;
    }
};
LITHE_MODULE(Hidden);

/// A cache that grows.
struct GrowingImpl : nn::Module {
    nn::Buffer cache{zeros({1, 3})};
    Tensor forward(const Tensor& in) {
        cache = cat({cache, in}, 0);
        return cache.sum(0);
    }
};
LITHE_MODULE(Growing);

struct EmptyImpl : nn::Module {
    nn::Buffer cache;
    Tensor forward(const Tensor& in) {
        if (!cache.defined()) cache = zeros({3});
        cache = cache + in.sum(0);
        return cache + 0;
    }
};
LITHE_MODULE(Empty);

struct ParameterWriterImpl : nn::Module {
    nn::Parameter weight{ones({3})};
    Tensor forward(const Tensor& in) {
        static_cast<Tensor&>(weight) = weight * 2;
        return in * weight;
    }
};
LITHE_MODULE(ParameterWriter);

/// A batch norm that the author froze behind one that goes on.
struct FrozenImpl : nn::Module {
    nn::BatchNorm1d first{3}, second{3};
    Tensor forward(const Tensor& in) { return second(first(in)); }
};
LITHE_MODULE(Frozen);

/// Frozen by what train() does, also before anybody called it.
struct FreezingImpl : FrozenImpl {
    void train(bool on = true) override {
        FrozenImpl::train(on);
        second->eval();
    }
};
LITHE_MODULE(Freezing);

template <class Net>
void check_goes_on(Net net) {
    CompiledModel compiled = compile(net, "x:f32[N=1..4,3]", compile_options());
    const NoGradGuard no_grad;
    for (int call = 0; call < 3; ++call) {
        check_equal(compiled(x()), net->forward(x()), 1e-6);
        const StateDict buffers = compiled.model().named_buffers();
        const float* mean = buffers["mean"].as<float>();
        for (int64_t i = 0; i < 3; ++i) BOOST_CHECK_CLOSE(mean[i], net->mean.array().at(i), 1e-3);
    }
}

template <class Net>
void check_train(Net net) {
    CompileOptions options = compile_options();
    options.with_train = true;
    CompiledModel compiled = compile(net, "x:f32[2,3]", options);
    compiled.model().train();
    BOOST_CHECK(net->first->is_training());
    BOOST_CHECK(!net->second->is_training());
    const NoGradGuard no_grad;
    for (int call = 0; call < 2; ++call) check_equal(compiled(x()), net->forward(x()), 1e-5);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_fields)

BOOST_AUTO_TEST_CASE(a_buffer_that_is_assigned_goes_on) {
    check_goes_on(Average());
    check_goes_on(Registered());
}

BOOST_AUTO_TEST_CASE(what_is_kept_to_be_looked_at_is_taken_back) {
    Keeping net;
    CompileOptions options = compile_options();
    options.with_train = true;
    const Tensor before = net->forward(x());
    const Tensor kept = net->last;
    CompiledModel compiled = compile(net, "x:f32[2,3]", options);
    BOOST_CHECK(net->last.is_same(kept));
    check_equal(compiled(x()), before, 1e-6);
    check_equal(net->forward(x()), before);
}

BOOST_AUTO_TEST_CASE(a_model_runs_after_its_trace_as_before) {
    Keeping net;
    compile(net, "x:f32[N=1..4,3]", compile_options());
    BOOST_CHECK(!net->last.defined());
    net->forward(x());
    BOOST_CHECK_EQUAL(net->parameters().size(), 2U);
}

BOOST_AUTO_TEST_CASE(state_in_other_fields_is_refused) {
    using Way = HiddenImpl::Way;
    for (const Way way : {Way::assigned, Way::written, Way::made_when_empty}) {
        Hidden net(way);
        check_error("trace.field_state", [&] { compile(net, "x:f32[2,3]", compile_options()); });
        check_equal(net->forward(x()), x() - x().sum(0), 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(buffers_keep_their_types) {
    Growing growing;
    check_error("trace.buffer_type", [&] { compile(growing, "x:f32[2,3]", compile_options()); });
    BOOST_CHECK_EQUAL(growing->cache.size(0), 1);
    check_error("trace.buffer_type", [] { compile(Empty(), "x:f32[2,3]", compile_options()); });
}

BOOST_AUTO_TEST_CASE(parameters_are_not_assigned) {
    check_error("trace.parameter_write",
                [] { compile(ParameterWriter(), "x:f32[2,3]", compile_options()); });
}

BOOST_AUTO_TEST_CASE(frozen_modules_stay_frozen_in_train_mode) {
    Frozen net;
    net->second->eval();
    check_train(net);
    Freezing freezing;
    freezing->train();
    check_train(freezing);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
