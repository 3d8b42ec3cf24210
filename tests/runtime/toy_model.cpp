#include "tests/runtime/toy_model.h"

#include <algorithm>
#include <cstring>

#include "runtime/artifact_encode.h"

namespace lithe::tests {

using namespace artifact;
using Kind = SizeCode::Kind;

SizeCode fixed(int64_t value) { return {{{Kind::constant, value}}}; }
SizeCode symbol(int64_t index) { return {{{Kind::symbol, index}}}; }

namespace {

SizeCode combined(SizeCode a, SizeCode b, Kind kind) {
    a.steps.insert(a.steps.end(), b.steps.begin(), b.steps.end());
    a.steps.push_back({kind, 0});
    return a;
}

// arguments: context, w[2, 3], p[3, 2]
int transpose(void** a) {
    for (int i = 0; i < 2; ++i) {
        for (int k = 0; k < 3; ++k) at<float>(a[2], {k, i}) = at<float>(a[1], {i, k});
    }
    return 0;
}

// context, N, x[N, 3], p[3, 2], b[2], y[N, 2]
int linear(void** a) {
    const int32_t rows = *static_cast<int32_t*>(a[1]);
    for (int n = 0; n < rows; ++n) {
        for (int i = 0; i < 2; ++i) {
            float sum = at<float>(a[4], {i});
            for (int k = 0; k < 3; ++k) sum += at<float>(a[2], {n, k}) * at<float>(a[3], {k, i});
            at<float>(a[5], {n, i}) = sum;
        }
    }
    return 0;
}

// context, x[N, 2], y[N, 2]
int relu(void** a) {
    const auto& shape = *static_cast<KernelBuffer*>(a[1]);
    for (int n = 0; n < shape.dim[1].extent; ++n) {
        for (int i = 0; i < 2; ++i)
            at<float>(a[2], {n, i}) = std::max(at<float>(a[1], {n, i}), 0.0f);
    }
    return 0;
}

int linear_relu(void** a) {
    linear(a);
    void* again[] = {a[0], a[5], a[5]};
    return relu(again);
}

// context, runs i64[], runs + 1
int count(void** a) {
    at<int64_t>(a[2], {}) = at<int64_t>(a[1], {}) + 1;
    return 0;
}

// context, i64[], f32[]
int to_float(void** a) {
    at<float>(a[2], {}) = static_cast<float>(at<int64_t>(a[1], {}));
    return 0;
}

PlanValue value(Type type, Space space, int32_t index, int64_t offset = 0) {
    PlanValue v;
    v.type = std::move(type);
    v.space = space;
    v.index = index;
    v.offset = offset;
    return v;
}

Step kernel_step(int32_t index, std::vector<int32_t> values, std::vector<int32_t> symbols = {}) {
    Step step;
    step.index = index;
    step.values = std::move(values);
    step.symbols = std::move(symbols);
    return step;
}

Step mark(Step::Kind kind, int32_t call, std::vector<int32_t> values) {
    Step step;
    step.kind = kind;
    step.index = call;
    step.values = std::move(values);
    return step;
}

const Type batch3 = {DType::f32, {symbol(0), fixed(3)}};
const Type batch2 = {DType::f32, {symbol(0), fixed(2)}};
const Type packed = {DType::f32, {fixed(3), fixed(2)}};
const Type bias = {DType::f32, {fixed(2)}};
const Type counter = {DType::i64, {}};

Plan prepare_plan() {
    Plan plan;
    plan.name = "prepare";
    plan.arena_bytes = 64;
    plan.values = {value({DType::f32, {fixed(2), fixed(3)}}, Space::slot, 0),
                   value(packed, Space::output, 0), value(counter, Space::slot, 2),
                   value({DType::f32, {}}, Space::arena, 0)};
    plan.steps = {kernel_step(0, {0, 1}), kernel_step(5, {2, 3})};
    plan.outputs = {1, 3};
    return plan;
}

Plan forward_plan() {
    Plan plan;
    plan.name = "forward";
    plan.values = {value(batch3, Space::input, 0), value(packed, Space::prepared, 0),
                   value(bias, Space::slot, 1), value(batch2, Space::output, 0)};
    plan.steps = {kernel_step(3, {0, 1, 2, 3}, {0})};
    plan.outputs = {3};
    return plan;
}

Plan train_plan() {
    Plan plan = forward_plan();
    plan.name = "forward_train";
    plan.arena_bytes = 64;
    plan.values.push_back(value(counter, Space::slot, 2));
    plan.values.push_back(value(counter, Space::arena, 0));
    plan.steps.push_back(kernel_step(4, {4, 5}));
    plan.buffer_updates = {2, 5};
    return plan;
}

/// Root, fc and act, each with its marks.
Plan hooks_plan() {
    Plan plan;
    plan.name = "forward_hooks";
    plan.arena_bytes = 256;
    plan.values = {value(batch3, Space::input, 0),      value(batch3, Space::arena, 0, 0),
                   value(packed, Space::prepared, 0),   value(bias, Space::slot, 1),
                   value(batch2, Space::arena, 0, 128), value(batch2, Space::arena, 0, 192)};
    Step copy;
    copy.kind = Step::Kind::copy;
    copy.values = {0, 1};
    using M = Step::Kind;
    plan.steps = {copy,
                  mark(M::module_input, 0, {1}),
                  mark(M::module_input, 1, {1}),
                  kernel_step(1, {1, 2, 3, 4}, {0}),
                  mark(M::module_output, 1, {1, 4}),
                  mark(M::module_input, 2, {4}),
                  kernel_step(2, {4, 5}),
                  mark(M::module_output, 2, {4, 5}),
                  mark(M::module_output, 0, {1, 5})};
    plan.outputs = {5};
    return plan;
}

template <typename T>
ConstTensorView owned(std::vector<std::shared_ptr<void>>& owners, DType dtype,
                      std::vector<int64_t> shape, T fill) {
    auto data = std::make_shared<std::vector<T>>(static_cast<size_t>(element_count(shape)), fill);
    ConstTensorView view{data->data(), dtype, std::move(shape)};
    owners.push_back(std::move(data));
    return view;
}

}  // namespace

SizeCode times(SizeCode a, SizeCode b) {
    return combined(std::move(a), std::move(b), Kind::multiply);
}
SizeCode plus(SizeCode a, SizeCode b) { return combined(std::move(a), std::move(b), Kind::add); }

Linked::Linked(const Artifact& artifact, std::vector<lithe_kernel> kernels)
    : memory_(encode(artifact)), kernels_(std::move(kernels)) {
    table_ = {.magic = lithe_artifact_magic,
              .size_bytes = memory_.size(),
              .bytes = reinterpret_cast<const unsigned char*>(memory_.data()),
              .kernel_count = kernels_.size(),
              .kernels = kernels_.data(),
              .next = nullptr,
              .reserved = {}};
}

Artifact toy_artifact() {
    Artifact a;
    a.name = "toy";
    a.symbols = {{"N", 1, 8, 1}};
    a.inputs = {{"x", batch3}};
    a.outputs = {{"y", batch2}};
    a.slots = {{"fc.weight", {}, true, true, true, DType::f32, {2, 3}},
               {"fc.bias", {}, true, true, true, DType::f32, {2}},
               {"runs", {}, false, true, false, DType::i64, {}, /*optional=*/true}};
    a.modules = {
        {"", "Toy", ""}, {"fc", "Linear", "in_features=3, out_features=2"}, {"act", "ReLU", ""}};
    a.calls = {{0, -1}, {1, 0}, {2, 0}};
    a.prepared = {packed, {DType::f32, {}}};
    a.kernels = {"transpose", "linear", "relu", "linear_relu", "count", "to_float"};
    a.plans = {prepare_plan(), forward_plan(), train_plan(), hooks_plan()};
    return a;
}

std::vector<lithe_kernel> toy_kernels() {
    return {transpose, linear, relu, linear_relu, count, to_float};
}

const Linked& toy() {
    static const Linked linked(toy_artifact(), toy_kernels());
    return linked;
}

ToyWeights::ToyWeights(float weight, float bias_value) {
    auto owners = std::make_shared<std::vector<std::shared_ptr<void>>>();
    std::vector<NamedTensor> entries;
    entries.push_back({"fc.weight", owned(*owners, DType::f32, {2, 3}, weight)});
    entries.push_back({"fc.bias", owned(*owners, DType::f32, {2}, bias_value)});
    dict_ = StateDict(std::move(entries), owners);
}

std::vector<float> toy_result(const std::vector<float>& x, float weight, float bias_value) {
    std::vector<float> y;
    for (size_t n = 0; n < x.size(); n += 3) {
        const float sum = weight * x[n] + weight * x[n + 1] + weight * x[n + 2] + bias_value;
        y.insert(y.end(), 2, std::max(sum, 0.0f));
    }
    return y;
}

}  // namespace lithe::tests
