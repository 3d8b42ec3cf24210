// Writes into what modules with backward hooks take and give are refused, as PyTorch refuses them:
// the hooks would no longer see the gradient.
#include "dsl/autograd.h"
#include "dsl/holder.h"
#include "dsl/layers/activation.h"
#include "dsl/layers/linear.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

/// Writes as its option says, then calls its layer.
struct WriterImpl : nn::Module {
    std::string what;
    nn::Linear fc{3, 3};
    explicit WriterImpl(std::string option) : what(std::move(option)) { register_module("fc", fc); }
    Tensor forward(const Tensor& x, const Tensor& constant) {
        if (what == "argument") x.add_(1);
        if (what == "view") x.select(0, 0).fill_(1);
        if (what == "no_grad") {
            const NoGradGuard no_grad;
            x.add_(1);
        }
        if (what == "detached") x.detach().add_(1);
        if (what == "constant") constant.add_(1);
        if (what == "clone") return fc(x.clone().add_(1));
        return fc(x) + constant;
    }
};
LITHE_MODULE(Writer);

enum class Kind { full, pre };

/// What the model throws in forward(), after it or in backward(); empty where it does not.
std::string refusal(Kind kind, const std::string& inside,
                    const std::function<void(const Tensor&)>& after = {}) {
    Writer writer(inside);
    const auto nothing = [](nn::Module&, auto&&...) {};
    if (kind == Kind::full) {
        writer->register_full_backward_hook(nothing);
    } else {
        writer->register_full_backward_pre_hook(nothing);
    }
    const Tensor leaf = ones({2, 3}).requires_grad_();
    try {
        const Tensor y = writer(leaf * 2, ones({2, 3}));
        if (after) after(y);
        y.sum().backward();
    } catch (const UserError& error) {
        return error.what();
    }
    return {};
}

std::string message(const std::string& step, const std::string& what) {
    return "Output 0 of " + step + " is a view and " + what +
           " modified inplace. This view was created inside a custom Function (or because an input "
           "was returned as-is) and the autograd logic to handle view+inplace would override the "
           "custom backward associated with the custom Function, leading to incorrect gradients. "
           "This behavior is forbidden. You can fix this by cloning the output of the custom "
           "Function [tensor.passed_on]";
}

const char own[] = "BackwardHookFunction";
const char other[] = "its base or another view of its base has been";

}  // namespace

BOOST_AUTO_TEST_SUITE(backward_hook_writes)

BOOST_AUTO_TEST_CASE(into_arguments_are_refused) {
    for (const Kind kind : {Kind::full, Kind::pre}) {
        BOOST_CHECK_EQUAL(refusal(kind, "argument"), message(own, "is being"));
        BOOST_CHECK_EQUAL(refusal(kind, "view"), message("Reshape", "is being"));
    }
}

BOOST_AUTO_TEST_CASE(that_leave_no_history_are_refused_where_the_argument_is_used) {
    for (const Kind kind : {Kind::full, Kind::pre}) {
        BOOST_CHECK_EQUAL(refusal(kind, "no_grad"), message(own, other));
        BOOST_CHECK_EQUAL(refusal(kind, "detached"), message(own, other));
    }
}

BOOST_AUTO_TEST_CASE(into_results_are_refused) {
    for (const Kind kind : {Kind::full, Kind::pre}) {
        BOOST_CHECK_EQUAL(refusal(kind, "", [](const Tensor& y) { y.mul_(2); }),
                          message(own, "is being"));
        BOOST_CHECK_EQUAL(refusal(kind, "", [](const Tensor& y) { y.transpose(0, 1).mul_(2); }),
                          message("Permute", "is being"));
        BOOST_CHECK_EQUAL(refusal(kind, "",
                                  [](const Tensor& y) {
                                      const NoGradGuard no_grad;
                                      y.zero_();
                                  }),
                          message(own, other));
    }
}

BOOST_AUTO_TEST_CASE(into_copies_and_what_needs_no_gradient_are_not) {
    for (const Kind kind : {Kind::full, Kind::pre}) {
        BOOST_CHECK_EQUAL(refusal(kind, "clone"), "");
        BOOST_CHECK_EQUAL(refusal(kind, "constant"), "");
        BOOST_CHECK_EQUAL(refusal(kind, ""), "");
    }
}

BOOST_AUTO_TEST_CASE(of_a_relu_in_place_are_refused_with_hooks_alone) {
    nn::ReLU relu(nn::ReLUOptions(true));
    const Tensor leaf = ones({3}).requires_grad_();
    BOOST_CHECK_NO_THROW(relu(leaf * 2).sum().backward());
    const HookHandle handle =
        relu->register_full_backward_hook([](nn::Module&, const Tensors&, const Tensors&) {});
    check_error("tensor.passed_on", [&] { relu(leaf * 2); });
    const NoGradGuard no_grad;
    BOOST_CHECK_NO_THROW(relu(leaf * 2));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
