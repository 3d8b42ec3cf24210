#include "dsl/device.h"

#include "lithe/torch.h"
#include "tests/support/tensors.h"

using namespace lithe;
using namespace lithe::tests;

BOOST_AUTO_TEST_SUITE(dsl_device)

BOOST_AUTO_TEST_CASE(names) {
    BOOST_TEST(Device("cuda:1").str() == "cuda:1");
    BOOST_TEST(Device("cpu").is_cpu());
    BOOST_TEST(Device("cuda").is_cuda());
    BOOST_TEST(!Device("cuda").has_index());
    for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cpu:0 "}) {
        check_error("device.name", [&] { Device device(name); });
    }
}

BOOST_AUTO_TEST_CASE(programs_that_choose_a_device_run_on_the_cpu) {
    torch::Device device(torch::kCPU);
    if (torch::cuda::is_available()) device = torch::Device(torch::kCUDA, 0);
    torch::nn::Linear fc(3, 2);
    fc->to(device);
    fc->to(device, torch::kFloat64);
    const auto x = torch::ones({1, 3}, torch::TensorOptions().dtype(torch::kFloat64).device(device))
                       .to(device);
    BOOST_TEST((fc(x).device() == device));
    check_equal(x.to(torch::kCPU, torch::kFloat32), ones({1, 3}));
    check_equal(x.cpu(), x);
    check_error("device.unavailable", [&] { x.cuda(); });
    check_error("device.unavailable", [&] { fc->to(torch::kCUDA); });
    check_error("device.unavailable", [] { torch::zeros({2}, torch::kCUDA); });
}

BOOST_AUTO_TEST_CASE(shorter_forms) {
    check_equal(torch::zeros(3), zeros({3}));
    check_equal(torch::ones(2, torch::kLong), ones({2}, torch::kLong));
    BOOST_TEST(str(torch::randint(5, {4, 2}).sizes()) == "[4, 2]");
    check_equal(torch::arange(0, 3, torch::kLong), tensor({0, 1, 2}));
    check_equal(torch::constant_pad_nd(torch::ones({1}), {1, 2}, 5), tensor({5.f, 1.f, 5.f, 5.f}));
    auto x = torch::tensor({-1.f, 2.f});
    torch::relu_(x);
    check_equal(x, tensor({0.f, 2.f}));
}

BOOST_AUTO_TEST_SUITE_END()
