// Runs the model that lithe_add_model compiled; links its library and the runtime alone.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tiny.h"

namespace {

/// forward() once more, with the weights of the file.
std::vector<float> linear(const lithe::StateDict& weights, const std::string& name,
                          const std::vector<float>& x, size_t rows) {
    const float* weight = weights[name + ".weight"].as<float>();
    const float* bias = weights[name + ".bias"].as<float>();
    std::vector<float> y(rows);
    for (size_t r = 0; r < rows; ++r) {
        double sum = bias[r];
        for (size_t c = 0; c < x.size(); ++c)
            sum += static_cast<double>(weight[r * x.size() + c]) * x[c];
        y[r] = static_cast<float>(sum);
    }
    return y;
}

std::vector<float> expected(const lithe::StateDict& weights, const std::vector<float>& x) {
    const auto relu = [](std::vector<float> v) {
        for (float& value : v) value = std::fmax(value, 0.0f);
        return v;
    };
    std::vector<float> h = relu(linear(weights, "in", x, 8));
    for (const char* block : {"blocks.0.fc", "blocks.1.fc"}) {
        const std::vector<float> more = relu(linear(weights, block, h, 8));
        for (size_t i = 0; i < h.size(); ++i) h[i] += more[i];
    }
    return linear(weights, "out", h, 3);
}

}  // namespace

int main() {
    lithe_models::Tiny model(TINY_WEIGHTS);
    std::vector<float> x(16);
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) / 8 - 1;
    const lithe::HostTensor y = model.run({x.data(), lithe::DType::f32, {1, 16}});
    const std::vector<float> right = expected(model.state_dict(), x);
    int wrong = 0;
    for (size_t i = 0; i < right.size(); ++i) {
        std::printf("%g %g\n", y.data<float>()[i], right[i]);
        wrong += std::fabs(y.data<float>()[i] - right[i]) > 1e-5f * (1 + std::fabs(right[i]));
    }
    try {
        model.run({x.data(), lithe::DType::f32, {1, 15}});
        ++wrong;
    } catch (const lithe::Error& error) {
        std::printf("%s\n", error.what());
        wrong += error.id() != "input.size";
    }
    return wrong;
}
