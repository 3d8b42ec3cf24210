// What `prepare` makes of weights, kept in their file.
#include "runtime/prepared_values.h"

#include <lithe/lithe.h>
#include <unistd.h>

#include <filesystem>

#include "compiler/compiled_model.h"
#include "compiler/jit/loaded_artifact.h"
#include "runtime/safetensors.h"
#include "runtime/session.h"
#include "tests/support/compile_options.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

namespace fs = std::filesystem;

/// Convolution with a folded batch norm, and a product: what both read is packed.
nn::Sequential network(uint64_t seed) {
    manual_seed(seed);
    nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(3, 17, 3)), nn::BatchNorm2d(17), nn::ReLU(),
                       nn::Flatten(), nn::Linear(17 * 4 * 4, 5));
    net->eval();
    return net;
}

std::vector<float> result_of(const Model& model) {
    const Tensor x = numbers({2, 3, 6, 6}, DType::f32);
    const std::vector<ConstTensorView> in = {{x.array().raw(), DType::f32, {2, 3, 6, 6}}};
    std::vector<float> y(10);
    const std::vector<TensorView> out = {{y.data(), DType::f32, {2, 5}}};
    Session(model).run(in, out);
    return y;
}

/// A file's tensors, changed by somebody, with the prepared one in front where it was.
template <typename Change>
void rewrite(const std::string& path, const Change& change) {
    const SafetensorsFile file = SafetensorsFile::open(path);
    std::vector<HostTensor> copies;
    std::vector<NamedTensor> tensors;
    for (const NamedTensor& entry : file.tensors()) {
        HostTensor& copy = copies.emplace_back(entry.tensor.dtype, entry.tensor.shape);
        std::memcpy(copy.view().data, entry.tensor.data,
                    static_cast<size_t>(size_bytes(entry.tensor)));
        NamedTensor changed{entry.name, copy};
        if (change(changed, copy)) tensors.push_back(changed);
    }
    save_safetensors(path, tensors, {}, prepared_alignment);
}

bool is_prepared(const NamedTensor& tensor) { return tensor.name.starts_with(prepared_prefix); }

struct Fixture {
    fs::path folder = fs::temp_directory_path() / ("lithe_prepared_" + std::to_string(getpid()));
    std::string path = (folder / "net.safetensors").string();
    nn::Sequential net = network(1);
    CompiledModel compiled = compile(net, "x:f32[2,3,6,6]", compile_options());
    jit::LoadedArtifact code{compiled.compiled()};
    std::vector<float> expected = result_of(compiled.model());

    Fixture() {
        fs::create_directories(folder);
        compiled.model().save_state_dict(path, {.with_prepared = true});
    }
    ~Fixture() { fs::remove_all(folder); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(prepared_values, Fixture)

BOOST_AUTO_TEST_CASE(a_program_takes_them_from_the_file) {
    BOOST_TEST(result_of(Model(code.table(), path)) == expected);
    // Nothing else would bring other numbers from the same weights.
    rewrite(path, [](const NamedTensor& tensor, HostTensor& values) {
        if (is_prepared(tensor)) {
            auto* floats = reinterpret_cast<float*>(values.view().data);
            const int64_t count = size_bytes(tensor.tensor) / 4;
            for (int64_t i = 0; i < count; ++i) floats[i] *= 2;
        }
        return true;
    });
    const std::vector<float> other = result_of(Model(code.table(), path));
    BOOST_TEST(other != expected);
}

BOOST_AUTO_TEST_CASE(weights_that_somebody_changed_are_prepared_anew) {
    rewrite(path, [](const NamedTensor& tensor, HostTensor& values) {
        if (tensor.name == "4.bias") values.data<float>()[0] += 1;
        return true;
    });
    const std::vector<float> y = result_of(Model(code.table(), path));
    BOOST_TEST(y[0] == expected[0] + 1, boost::test_tools::tolerance(1e-5F));
    BOOST_TEST(y[1] == expected[1]);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_made) {
    rewrite(path, [](NamedTensor& tensor, HostTensor&) {
        if (is_prepared(tensor)) tensor.tensor.shape[0] -= 8;
        return true;
    });
    BOOST_TEST(result_of(Model(code.table(), path)) == expected);
    rewrite(path, [](NamedTensor& tensor, HostTensor&) {
        if (is_prepared(tensor)) tensor.tensor.shape[0] = 0;
        return true;
    });
    BOOST_TEST(result_of(Model(code.table(), path)) == expected);
}

BOOST_AUTO_TEST_CASE(at_another_place_they_are_made) {
    const SafetensorsFile file = SafetensorsFile::open(path);
    const std::string copy = (folder / "copy.safetensors").string();
    // Eight bytes further on than a multiple of 64.
    for (std::string text = "a"; text.size() < 65; text += "a") {
        save_safetensors(copy, file.tensors(), {{"text", text}});
        BOOST_TEST(result_of(Model(code.table(), copy)) == expected);
    }
}

/// The mapping ends with the values: vector code reads a little further.
BOOST_AUTO_TEST_CASE(at_the_end_of_a_file_they_are_made) {
    rewrite(path, [](const NamedTensor& tensor, HostTensor&) { return is_prepared(tensor); });
    Model model(code.table(), compiled.model().state_dict());
    model.load_state_dict(path, {.strict = false});
    BOOST_TEST(result_of(model) == expected);
}

BOOST_AUTO_TEST_CASE(other_code_makes_its_own) {
    CompileOptions options = compile_options();
    options.disabled_passes = {"fold_batch_norm"};
    const CompiledModel other = compile(net, "x:f32[2,3,6,6]", options);
    const jit::LoadedArtifact other_code(other.compiled());
    const std::vector<float> y = result_of(Model(other_code.table(), path));
    for (size_t i = 0; i < y.size(); ++i)
        BOOST_TEST(y[i] == expected[i], boost::test_tools::tolerance(1e-4F));
}

BOOST_AUTO_TEST_CASE(they_are_no_part_of_the_state_dict) {
    Model model(code.table(), path);
    const LoadResult loaded = model.load_state_dict(path);
    BOOST_TEST(loaded.unexpected_keys.empty());
    BOOST_TEST(model.state_dict().size() == compiled.model().state_dict().size());
    const nn::Sequential eager = network(2);
    load_state_dict(*eager, path);
    const Tensor x = numbers({2, 3, 6, 6}, DType::f32);
    const Array y = eager->forward(x).array().dense();
    for (size_t i = 0; i < expected.size(); ++i)
        BOOST_TEST(y.data<const float>()[i] == expected[i], boost::test_tools::tolerance(1e-4F));
}

BOOST_AUTO_TEST_CASE(other_weights_are_prepared_and_kept) {
    const Model other(
        code.table(),
        compile(network(3), "x:f32[2,3,6,6]", compile_options()).model().state_dict());
    const std::vector<float> theirs = result_of(other);
    Model model(code.table(), path);
    model.load_state_dict(other.state_dict());
    BOOST_TEST(result_of(model) == theirs);
    model.save_state_dict(path, {.with_prepared = true});
    BOOST_TEST(result_of(Model(code.table(), path)) == theirs);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithe::tests
