// A program that links liblenet.a and the runtime alone: classifies the test digits, looks into the
// running model, swaps its weights. usage: digits DATA WEIGHTS OTHER_WEIGHTS FOLDER
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include <lenet.h>  // the compiled model, beside liblenet.a
#include "digits.h"
#include "runtime/error.h"
#include "runtime/safetensors.h"
#include "runtime/session.h"

namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

/// Scores of all digits, in batches of at most 64.
std::vector<float> classify(lithe::Session& session, const Digits& digits) {
    std::vector<float> scores(static_cast<size_t>(digits.count() * 10));
    for (int64_t begin = 0; begin < digits.count(); begin += 64) {
        const int64_t n = std::min<int64_t>(64, digits.count() - begin);
        const lithe::ConstTensorView x{
            digits.images.data() + begin * Digits::pixels, lithe::DType::f32, {n, 1, 8, 8}};
        const lithe::TensorView y{scores.data() + begin * 10, lithe::DType::f32, {n, 10}};
        session.run({&x, 1}, {&y, 1});
    }
    return scores;
}

double accuracy(const std::vector<float>& scores, const Digits& digits) {
    int64_t right = 0;
    for (int64_t i = 0; i < digits.count(); ++i) {
        const auto row = scores.begin() + i * 10;
        right +=
            std::max_element(row, row + 10) - row == digits.labels[static_cast<size_t>(i)] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(digits.count());
}

double latency_us(lithe::Session& session, const Digits& digits, int64_t batch) {
    std::vector<float> scores(static_cast<size_t>(batch * 10));
    const lithe::ConstTensorView x{digits.images.data(), lithe::DType::f32, {batch, 1, 8, 8}};
    const lithe::TensorView y{scores.data(), lithe::DType::f32, {batch, 10}};
    std::vector<double> times;
    for (int i = 0; i < 400; ++i) {
        const auto begin = Clock::now();
        session.run({&x, 1}, {&y, 1});
        times.push_back(microseconds(begin));
    }
    std::nth_element(times.begin(), times.begin() + 200, times.end());
    return times[200] / static_cast<double>(batch);
}

void show_hooks(lithe::Model& model, lithe::Session& session, const Digits& digits) {
    const std::vector<float> before = classify(session, digits);
    auto handle =
        model.register_forward_hook("conv2", [first = true](lithe::HookContext& call) mutable {
            const auto& y = call.outputs()[0];
            const auto* values = static_cast<const float*>(y.data);
            if (!std::exchange(first, false)) return;
            double sum = 0;
            float most = values[0];
            const int64_t count = y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3];
            for (int64_t i = 0; i < count; ++i) {
                sum += values[i];
                most = std::max(most, values[i]);
            }
            std::printf("  hook on %s: f32[%ld, %ld, %ld, %ld], mean %.4f, max %.4f\n",
                        std::string(call.path()).c_str(), static_cast<long>(y.shape[0]),
                        static_cast<long>(y.shape[1]), static_cast<long>(y.shape[2]),
                        static_cast<long>(y.shape[3]), sum / static_cast<double>(count),
                        static_cast<double>(most));
        });
    classify(session, digits);
    handle.remove();
    auto changing = model.register_forward_hook("conv2", [](lithe::HookContext& call) {
        const auto& y = call.outputs()[0];
        auto* values = static_cast<float*>(y.data);
        std::fill(values, values + y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3], 0.0f);
    });
    const std::vector<float> changed = classify(session, digits);
    changing.remove();
    std::printf(
        "  a hook that zeroes conv2's result: accuracy %.2f %%; removed: results equal again: %s\n",
        100 * accuracy(changed, digits), classify(session, digits) == before ? "yes" : "NO");
}

void show_wrong_weights(lithe::Model& model) {
    std::vector<float> wrong(5 * 7);
    std::vector<lithe::NamedTensor> weights;
    const auto state = model.state_dict();
    for (const auto& [key, tensor] : state) weights.push_back({key, tensor});
    for (lithe::NamedTensor& tensor : weights) {
        if (tensor.name == "fc2.weight") tensor.tensor = {wrong.data(), lithe::DType::f32, {5, 7}};
    }
    try {
        model.load_state_dict(weights);
        std::printf("  a wrong shape was taken\n");
    } catch (const lithe::Error& error) {
        std::printf("  %s\n", error.what());
    }
}

int run(const std::string& data, const std::string& weights, const std::string& other,
        const std::string& folder) {
    const auto begin = Clock::now();
    lithe_models::Lenet model(weights);
    lithe::Session session(model);
    const Digits digits = load_digits(data, true);
    std::vector<float> one(10);
    const lithe::ConstTensorView x{digits.images.data(), lithe::DType::f32, {1, 1, 8, 8}};
    const lithe::TensorView y{one.data(), lithe::DType::f32, {1, 10}};
    session.run({&x, 1}, {&y, 1});
    const double load_ms = microseconds(begin) / 1000;

    const std::vector<float> scores = classify(session, digits);
    lithe::save_safetensors(
        folder + "/compiled_logits.safetensors",
        std::vector<lithe::NamedTensor>{
            {"logits", {scores.data(), lithe::DType::f32, {digits.count(), 10}}}});
    const lithe::artifact::Plan& plan = model.artifact().plans.front();
    std::printf(
        "{\"compiled_accuracy\": %.6f, \"latency_us_batch1\": %.3f, \"latency_us_batch64\": %.3f, "
        "\"arena_bytes\": %ld, \"arena_lower_bound_bytes\": %ld, \"load_to_first_result_ms\": "
        "%.3f}\n",
        accuracy(scores, digits), latency_us(session, digits, 1), latency_us(session, digits, 64),
        static_cast<long>(plan.arena_bytes), static_cast<long>(plan.arena_lower_bound_bytes),
        load_ms);

    std::printf("module tree of the compiled model:\n%s\n", model.text().c_str());
    std::printf("named_parameters():\n");
    for (const auto& [key, tensor] : model.named_parameters()) {
        std::string shape;
        for (const int64_t size : tensor.shape)
            shape += (shape.empty() ? "" : ", ") + std::to_string(size);
        std::printf("  %-14s f32[%s]\n", std::string(key).c_str(), shape.c_str());
    }
    std::printf("hooks:\n");
    show_hooks(model, session, digits);
    std::printf("another set of weights into the running program:\n");
    model.load_state_dict(other);
    std::printf("  accuracy %.4f\n", accuracy(classify(session, digits), digits));
    std::printf("a state_dict with one wrong shape:\n");
    show_wrong_weights(model);
    std::printf("  accuracy is still %.4f\n", accuracy(classify(session, digits), digits));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fprintf(stderr, "usage: digits DATA WEIGHTS OTHER_WEIGHTS FOLDER\n");
        return 2;
    }
    try {
        return run(argv[1], argv[2], argv[3], argv[4]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
