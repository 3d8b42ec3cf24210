// The same model gives the same bytes, and the same results on any number of threads.
#include <lithe/lithe.h>

#include <cstring>
#include <filesystem>

#include "compiler/compiled_model.h"
#include "runtime/executor.h"
#include "tests/runtime/support.h"
#include "tests/support/compile_options.h"
#include "tests/support/sample.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

nn::Sequential lenet() {
    return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), nn::ReLU(),
                          nn::MaxPool2d(2), nn::Conv2d(6, 16, 5), nn::ReLU(), nn::MaxPool2d(2),
                          nn::Flatten(), nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84),
                          nn::ReLU(), nn::Linear(84, 10));
}

nn::Sequential mlp() {
    return nn::Sequential(nn::Linear(200, 300), nn::GELU(), nn::LayerNorm(300), nn::Linear(300, 77),
                          nn::Softmax(1));
}

nn::Sequential depthwise() {
    return nn::Sequential(
        nn::Conv2d(nn::Conv2dOptions(3, 24, 3).stride(2).padding(1)), nn::BatchNorm2d(24),
        nn::ReLU6(), nn::Conv2d(nn::Conv2dOptions(24, 24, 3).padding(1).groups(24)), nn::ReLU6(),
        nn::Conv2d(24, 40, 1), nn::AdaptiveAvgPool2d(1), nn::Flatten());
}

/// Its steps are worth a second thread.
struct LstmImpl : nn::Module {
    nn::LSTM layer = register_module("layer", nn::LSTM(20, 168));
    Tensor forward(const Tensor& x) { return std::get<0>(layer->forward(x)); }
};
LITHE_MODULE(Lstm);
Lstm lstm() { return {}; }

/// Blocks of its rows go through all rounds on a thread of their own.
struct RowsImpl : nn::Module {
    nn::LSTM lstm = register_module(
        "lstm", nn::LSTM(nn::LSTMOptions(20, 48).bidirectional(true).proj_size(24)));
    nn::GRU gru = register_module("gru", nn::GRU(48, 40));
    nn::RNN rnn = register_module("rnn", nn::RNN(nn::RNNOptions(40, 33).num_layers(2)));
    Tensor forward(const Tensor& x) {
        const auto [y, state] = lstm->forward(x);
        const auto [z, h] = gru->forward(y);
        const auto [last, t] = rnn->forward(z);
        const Tensors all{last, std::get<0>(state), std::get<1>(state), h, t};
        Tensors flat;
        for (const Tensor& one : all) flat.push_back(one.flatten());
        return cat(flat, 0);
    }
};
LITHE_MODULE(Rows);
Rows rows() { return {}; }

struct Case {
    const char* name;
    std::function<CompiledModel(const CompileOptions&)> compiled;
    std::vector<int64_t> shape;
};

template <class Net>
Case make_case(const char* name, Net (*make)(), const char* inputs, std::vector<int64_t> shape) {
    const auto compiled = [make, inputs](const CompileOptions& options) {
        manual_seed(3);
        Net net = make();
        net->eval();
        const auto forward = [net](const Tensors& in) mutable {
            return Tensors{net->forward(in[0])};
        };
        return compile_subject({net.ptr(), forward}, inputs, options);
    };
    return {name, compiled, std::move(shape)};
}

nn::TransformerEncoderLayer attention() {
    return nn::TransformerEncoderLayer(
        nn::TransformerEncoderLayerOptions(48, 4).dim_feedforward(96));
}

std::vector<Case> cases() {
    return {make_case("lenet", lenet, "x:f32[N=1..8,1,28,28]", {5, 1, 28, 28}),
            make_case("mlp", mlp, "x:f32[N=1..64,200]", {37, 200}),
            make_case("lstm", lstm, "x:f32[T=1..20,2,20]", {13, 2, 20}),
            make_case("rows", rows, "x:f32[7,12,20]", {7, 12, 20}),
            make_case("attention", attention, "x:f32[33,2,48]", {33, 2, 48}),
            make_case("depthwise", depthwise, "x:f32[2,3,64,64]", {2, 3, 64, 64})};
}

/// Library, header, weights.
std::vector<std::string> files_of(const CompiledModel& model, const fs::path& folder) {
    const EmittedFiles files = emit_files(model.compiled(), folder.string());
    std::vector<std::string> all;
    for (const std::string& path : {files.library, files.header, files.weights}) {
        std::ifstream file(path, std::ios::binary);
        all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(same_bits, *boost::unit_test::label("long"))

BOOST_AUTO_TEST_CASE(for_one_two_and_three_threads, *boost::unit_test::label("slow")) {
    for (const Case& c : cases()) {
        BOOST_TEST_CONTEXT(c.name) {
            CompiledModel model = c.compiled(compile_options());
            manual_seed(4);
            const Array x = randn(Shape(c.shape.begin(), c.shape.end())).array().dense();
            const std::vector<ConstTensorView> in = {{x.raw(), DType::f32, c.shape}};
            const std::vector<HostTensor> serial = model.session().run(in);
            const auto bytes = static_cast<size_t>(size_bytes(serial[0]));
            BOOST_REQUIRE(bytes > 0);
            for (const int threads : {2, 3}) {
                ThreadPool pool(threads);
                Session session(model.model());
                session.set_executor(&pool);
                const std::vector<HostTensor> parallel = session.run(in);
                BOOST_TEST(std::memcmp(serial[0].view().data, parallel[0].view().data, bytes) == 0,
                           threads);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(of_two_compilations, *boost::unit_test::label("sampled")) {
    const fs::path folder = fs::temp_directory_path() / ("lithe_same_" + std::to_string(getpid()));
    CompileOptions anew;  // not the kernels of before
    anew.cache_folder = (folder / "kernels").string();
    Sample sample(2);
    for (const Case& c : cases()) {
        if (!sample.takes()) continue;
        const std::vector<std::string> first =
            files_of(c.compiled(compile_options()), folder / "a");
        const std::vector<std::string> second = files_of(c.compiled(anew), folder / "b");
        for (size_t i = 0; i < 3; ++i)
            BOOST_TEST((first[i] == second[i]), c.name << ": file " << i);
        // No symbol of Halide, and nothing that runs before main().
        for (const char* word : {"halide_", ".init_array", ".ctors", "_GLOBAL__sub_I"}) {
            BOOST_TEST(first[0].find(word) == std::string::npos, word);
        }
    }
    fs::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
