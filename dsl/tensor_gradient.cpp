// What a tensor says of its gradient: whether it has one, where it goes, who is told.
#include "dsl/author_line.h"
#include "dsl/autograd.h"
#include "dsl/autograd/modes.h"
#include "dsl/tensor.h"
#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe {
namespace {

/// Puts a hook behind `hooks`, which `hooks_of` finds again in their owner; removal leaves its
/// place empty.
template <class Hook, class Owner, class HooksOf>
HookHandle added(Hook hook, std::vector<Hook>& hooks, const std::shared_ptr<Owner>& owner,
                 HooksOf hooks_of) {
    detail::check_hook(hook);
    hooks.push_back(std::move(hook));
    return HookHandle([owner = std::weak_ptr<Owner>(owner), hooks_of, at = hooks.size() - 1] {
        if (const auto alive = owner.lock()) hooks_of(*alive)[at] = nullptr;
    });
}

}  // namespace

void detail::throw_empty_hook() {
    const std::string line = author_line(capture_stack());
    throw UserError(
        "hook.empty",
        "hook: an empty std::function or a null pointer is registered, there is nothing "
        "to call",
        line.empty() ? line : "  at " + line);
}

bool Tensor::requires_grad() const { return defined() && value()->grad_node != nullptr; }
bool Tensor::is_leaf() const {
    return !requires_grad() || value()->grad_node->leaf.lock() != nullptr;
}

std::shared_ptr<GradNode> Tensor::grad_fn() const {
    return is_leaf() ? nullptr : value()->grad_node;
}

Tensor& Tensor::requires_grad_(bool on) {
    if (on == requires_grad()) return *this;
    if (on && !is_floating_point()) {
        throw UserError(
            "tensor.grad_dtype",
            "requires_grad: only Tensors of floating point dtype can require gradients, got " +
                type().str());
    }
    if (!on && !is_leaf()) {
        throw UserError("tensor.not_leaf",
                        "requires_grad: you can only change requires_grad flags of leaf variables");
    }
    auto changed = std::make_shared<Value>(*value());
    changed->grad_node = nullptr;
    if (on) {
        impl_->accumulate = std::make_shared<GradNode>();
        impl_->accumulate->leaf = impl_;
        changed->grad_node = impl_->accumulate;
        changed->grad_output = 0;
    }
    impl_->requires_grad = on;
    if (impl_->base) {  // a detached alias becomes a leaf of its own over the same memory
        impl_->base = nullptr;
        impl_->cell = std::make_shared<Cell>();
    }
    impl_->cell->value = std::move(changed);
    ++impl_->cell->version;
    return *this;
}

const Tensor& Tensor::set_requires_grad(bool on) const {
    Tensor same = *this;
    same.requires_grad_(on);
    return *this;
}

Tensor& Tensor::grad() const {
    if (!impl_) throw UserError("tensor.undefined", "grad: an undefined tensor is used");
    return impl_->grad;
}

void Tensor::retain_grad() const {
    const ValuePtr v = value();
    if (!v->grad_node || v->grad_node->leaf.lock()) return;
    auto& retained = v->grad_node->retained;
    const auto index = static_cast<size_t>(v->grad_output);
    if (retained.size() <= index) retained.resize(index + 1);
    retained[index] = impl_;
}

HookHandle Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) const {
    const ValuePtr v = value();
    if (!v->grad_node) {
        throw UserError("tensor.hook", "register_hook: the tensor does not require grad");
    }
    auto& hooks = v->grad_node->hooks;
    const auto index = static_cast<size_t>(v->grad_output);
    if (hooks.size() <= index) hooks.resize(index + 1);
    return added(std::move(hook), hooks[index], v->grad_node,
                 [index](GradNode& node) -> auto& { return node.hooks[index]; });
}

HookHandle Tensor::register_post_accumulate_grad_hook(
    std::function<void(const Tensor&)> hook) const {
    if (!requires_grad() || !is_leaf()) {
        throw UserError("tensor.hook",
                        requires_grad()
                            ? "register_post_accumulate_grad_hook: post accumulate grad hooks "
                              "cannot be registered on non-leaf tensors"
                            : "register_post_accumulate_grad_hook: cannot register a hook on a "
                              "tensor that doesn't require gradient");
    }
    return added(std::move(hook), impl_->accumulate_hooks, impl_,
                 [](TensorImpl& impl) -> auto& { return impl.accumulate_hooks; });
}

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      const Tensors& inputs) const {
    autograd::backward({*this}, {gradient}, retain_graph, create_graph, inputs);
}

}  // namespace lithe
