// The optimizers beside PyTorch's: 20 steps of every case, and states that are exchanged through
// files.
#include <filesystem>

#include "dsl/io/optimizer_file.h"
#include "dsl/io/state_file.h"
#include "tests/optim/recorded_cases.h"
#include "tests/support/recorded.h"

namespace lithe::tests {
namespace {

/// parameters() and loss() of tests/parity/record_optim.py.
struct Problem {
    Tensor a, b;
    double sign = 1;

    explicit Problem(DType dtype) {
        a = numbers({3, 4}, DType::f64, 1.5, 0).to(dtype).requires_grad_();
        b = numbers({5}, DType::f64, 1.5, 1).to(dtype).requires_grad_();
    }
    Tensor loss() const {
        const Tensor quartic = (a * a * a * a).sum() * 0.05 + (b * b).sum() * 0.5;
        return (quartic + (a.select(0, 0) * b.narrow(0, 0, 4)).sum() * 0.3 +
                (a - 0.5).square().sum() * 0.25) *
               sign;
    }
    void step(optim::Optimizer& optimizer) const {
        optimizer.step([&] {
            optimizer.zero_grad();
            const Tensor value = loss();
            value.backward();
            return value;
        });
    }
    Tensor point() const { return cat({a.detach().flatten(), b.detach()}, 0); }
};

double sign_of(const std::string& name) {
    return name.ends_with("maximize") || name == "rmsprop_all" || name == "rprop_bounds" ? -1 : 1;
}

std::string data_file(const std::string& name) {
    return std::string(source_dir) + "/tests/data/" + name;
}

/// A file of the build folder; gone afterwards.
struct TemporaryFile {
    explicit TemporaryFile(const std::string& name)
        : path(std::filesystem::temp_directory_path() / name) {}
    ~TemporaryFile() { std::filesystem::remove(path); }
    std::string path;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(optim_recorded)

BOOST_AUTO_TEST_CASE(every_optimizer_goes_where_pytorch_goes) {
    const Recorded recorded("optim.safetensors");
    for (const auto& [name, make] : optimizer_cases()) {
        for (const DType dtype : {DType::f64, DType::f32}) {
            BOOST_TEST_CONTEXT(name << " " << lithe::name(dtype)) {
                const Tensor want = recorded[name + (dtype == DType::f64 ? ".f64" : ".f32")];
                const Tensor exact = recorded[name + ".f64"];
                Problem problem(dtype);
                problem.sign = sign_of(name);
                const OptimizerPtr optimizer = make({problem.a, problem.b});
                double limit = dtype == DType::f64 ? 1e-11 : 0;
                for (int64_t i = 0; i < 20; ++i) {
                    problem.step(*optimizer);
                    const Tensor there = want.select(0, i);
                    if (dtype == DType::f32) {  // how far PyTorch itself is from f64 so far, and
                                                // four roundings a step
                        const Tensor off = (there.to(DType::f64) - exact.select(0, i)).abs().max();
                        limit = std::max(limit, 4 * off.item<double>() +
                                                    4 * 1.2e-7 * static_cast<double>(i + 1));
                    }
                    check_equal(problem.point(), there, limit);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_state_that_pytorch_saved_goes_on) {
    const Recorded recorded("optim.safetensors");
    for (const auto& [file, name] : std::map<std::string, std::string>{
             {"adam", "adam_amsgrad"}, {"sgd", "sgd_momentum"}, {"lbfgs", "lbfgs_history"}}) {
        BOOST_TEST_CONTEXT(file) {
            const std::string path = data_file("recorded_" + file + ".pt");
            Problem straight(DType::f64), resumed(DType::f64);
            const OptimizerPtr first = optimizer_cases().at(name)({straight.a, straight.b});
            for (int i = 0; i < 20; ++i) straight.step(*first);
            const nn::StateDict saved = load_state_dict(path);
            {
                const NoGradGuard no_grad;
                resumed.a.copy_(saved["a"]);
                resumed.b.copy_(saved["b"]);
            }
            // Options of its own, which the file replaces.
            const OptimizerPtr second =
                file == "adam" ? making<optim::Adam>(optim::AdamOptions(1))({resumed.a, resumed.b})
                : file == "sgd"
                    ? making<optim::SGD>(optim::SGDOptions(1))({resumed.a, resumed.b})
                    : making<optim::LBFGS>(optim::LBFGSOptions(1))({resumed.a, resumed.b});
            load_optimizer(*second, path, "optimizer");
            for (int i = 0; i < 5; ++i) {
                straight.step(*first);
                resumed.step(*second);
                check_equal(resumed.point(), straight.point(), 1e-10);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_saved_state_goes_on_bit_for_bit) {
    for (const auto& [name, make] : optimizer_cases()) {
        for (const std::string ending : {".pt", ".safetensors"}) {
            BOOST_TEST_CONTEXT(name << ending) {
                const TemporaryFile file("lithe_" + name + ending);
                Problem problem(DType::f64), other(DType::f64);
                problem.sign = other.sign = sign_of(name);
                const OptimizerPtr first = make({problem.a, problem.b}),
                                   second = make({other.a, other.b});
                for (int i = 0; i < 6; ++i) problem.step(*first);
                {
                    const NoGradGuard no_grad;
                    other.a.copy_(problem.a);
                    other.b.copy_(problem.b);
                }
                save_optimizer(*first, file.path);
                load_optimizer(*second, file.path);
                for (int i = 0; i < 4; ++i) {
                    problem.step(*first);
                    other.step(*second);
                }
                check_equal(other.point(), problem.point());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_state_for_pytorch_is_left_in_the_build_folder) {
    Problem problem(DType::f64);
    const OptimizerPtr optimizer = optimizer_cases().at("adam_amsgrad")({problem.a, problem.b});
    for (int i = 0; i < 20; ++i) problem.step(*optimizer);
    const std::string path =
        std::string(build_dir) + "/optim_state.pt";  // for record_optim.py check
    save_optimizer(*optimizer, path);
    BOOST_CHECK(std::filesystem::file_size(path) > 1000);
}

BOOST_AUTO_TEST_CASE(damaged_metadata_are_refused) {
    Tensor x = zeros({2}, DType::f64).requires_grad_();
    optim::Adam adam({x}, 0.1);
    const TemporaryFile file("lithe_damaged_metadata.safetensors");
    for (const char* groups : {"", "[", "{}", "[1]", "[{}]", R"([{"params": -1}])",
                               R"([{"params": 18446744073709551615}, {"params": 2}])",
                               R"([{"params": 1, "betas": [0.9, "x"]}])"}) {
        BOOST_TEST_CONTEXT(groups) {
            save_safetensors(file.path, {}, {{"param_groups", groups}});
            check_error("optim.load_state_dict", [&] { load_optimizer(adam, file.path); });
        }
    }
}

BOOST_AUTO_TEST_CASE(a_state_that_does_not_fit_changes_nothing) {
    Tensor a = zeros({3, 4}, DType::f64).requires_grad_(),
           b = zeros({6}, DType::f64).requires_grad_();
    optim::Adam optimizer({a, b}, optim::AdamOptions(0.25));
    check_error("optim.load_state_dict",
                [&] { load_optimizer(optimizer, data_file("recorded_adam.pt"), "optimizer"); });
    check_error("optim.load_state_dict",
                [&] { load_optimizer(optimizer, data_file("recorded_adam.pt")); });
    optim::Adam one({a}, optim::AdamOptions(0.25));
    check_error("optim.load_state_dict",
                [&] { load_optimizer(one, data_file("recorded_adam.pt"), "optimizer"); });
    BOOST_CHECK_EQUAL(optimizer.param_groups()[0].options().get_lr(), 0.25);
    BOOST_CHECK(!optimizer.find_state(a));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
