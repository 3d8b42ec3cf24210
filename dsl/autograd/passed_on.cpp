// Tensors that go through a step of the tape as they are: what modules with backward hooks take and
// give.
#include <string>
#include <string_view>

#include "dsl/autograd.h"
#include "runtime/error.h"

namespace lithe::autograd {
namespace {

uint64_t version_of(const Value& value) { return value.is_symbolic() ? 0 : value.array.version(); }

/// `Select` for the op `select`.
std::string step_name(std::string_view op) {
    std::string name;
    bool is_start = true;
    for (const char c : op) {
        const bool is_lower = c >= 'a' && c <= 'z';
        if (c != '_') name += is_start && is_lower ? static_cast<char>(c - 'a' + 'A') : c;
        is_start = c == '_';
    }
    return name;
}

[[noreturn]] void refuse(const std::string& step, int output, const std::string& what) {
    throw UserError(
        "tensor.passed_on",
        "Output " + std::to_string(output) + " of " + step + " is a view and " + what +
            " modified inplace. This view was created inside a custom Function (or because an "
            "input was returned as-is) and the autograd logic to handle view+inplace would "
            "override the custom backward associated with the custom Function, leading to "
            "incorrect gradients. This behavior is forbidden. You can fix this by cloning the "
            "output of the custom Function");
}

}  // namespace

Tensors pass_on(const Tensors& values, const char* who,
                std::function<std::vector<Tensor>(std::span<const Tensor>)> gradient) {
    Tensors linked = attach(values, values, std::move(gradient));
    for (const Tensor& tensor : linked) {
        const ValuePtr value = tensor.value();
        if (!value->grad_node) continue;
        value->grad_node->passes_on = who;
        value->grad_node->passed_versions.push_back(version_of(*value));
    }
    return linked;
}

void check_write(const TensorImpl& impl) {
    const TensorImpl* root = &impl;
    for (; root->base; root = root->viewed().get()) {
        if (!root->view.op) return;  // through detach(): the history stays
    }
    const ValuePtr value = root->cell->value;
    if (!value->grad_node || !value->grad_node->passes_on) return;
    if (impl.base) refuse(step_name(impl.view.op->name), 0, "is being");
    refuse(value->grad_node->passes_on, value->grad_output, "is being");
}

void check_unwritten(const Value& value) {
    if (!value.grad_node || !value.grad_node->passes_on) return;
    const uint64_t before =
        value.grad_node->passed_versions[static_cast<size_t>(value.grad_output)];
    if (version_of(value) == before) return;
    refuse(value.grad_node->passes_on, value.grad_output,
           "its base or another view of its base has been");
}

}  // namespace lithe::autograd
