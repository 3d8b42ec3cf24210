#include "dsl/tensor.h"

#include <utility>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/tracer.h"
#include "runtime/error.h"

namespace lithe {
namespace {

const TensorImpl& checked(const std::shared_ptr<TensorImpl>& impl) {
    if (!impl) throw UserError("tensor.undefined", "tensor: an undefined tensor is used");
    return *impl;
}

ValuePtr without_history(const ValuePtr& value) {
    auto copy = std::make_shared<Value>(*value);
    copy->grad_node = nullptr;
    return copy;
}

/// Refuses what a finished trace left behind, say in a member.
void check_alive(const Value& value) {
    if (value.is_symbolic() && Tracer::current() != value.tracer) {
        throw UserError("tensor.trace_ended",
                        "tensor: a value of a finished trace is used; a tensor made in forward() "
                        "was kept in a variable that outlives it");
    }
}

ValuePtr value_of(const TensorImpl& impl) {
    if (!impl.base) return impl.cell->value;
    if (impl.cached && impl.cached_version == impl.cell->version) return impl.cached;
    const Tensor base{impl.viewed()};
    impl.cached = impl.view.op ? apply(*impl.view.op, {base}, impl.view.attrs).value()
                               : without_history(value_of(*base.impl()));
    impl.cached_version = impl.cell->version;
    return impl.cached;
}

/// Sets what `impl` holds; a view writes the changed base into its own base, up to the cell.
void write(TensorImpl& impl, const Tensor& value) {
    if (!impl.base) {
        impl.cell->value = value.value();
        ++impl.cell->version;
        return;
    }
    const Tensor base{impl.viewed()};
    if (impl.view.op) {
        write(*base.impl(), impl.view.op->unview(impl.view, base, value));
    } else {  // through detach(): the data changes, the history stays
        auto changed = std::make_shared<Value>(*value.value());
        const ValuePtr before = value_of(*base.impl());
        changed->grad_node = before->grad_node;
        changed->grad_output = before->grad_output;
        write(*base.impl(), Tensor::from(ValuePtr(changed)));
    }
}

/// Refuses memory that several elements share, as an expanded tensor's.
void check_writable(const Array& array) {
    for (int axis = 0; axis < array.rank(); ++axis) {
        if (array.size(axis) < 2 || array.strides()[static_cast<size_t>(axis)] != 0) continue;
        throw UserError("tensor.shared_write",
                        "tensor: a write in place into an expanded tensor of shape " +
                            str(to_shape(array.sizes())) +
                            ", where several elements share memory; call clone() first");
    }
}

[[noreturn]] void throw_leaf_write() {
    throw UserError("tensor.leaf_write",
                    "tensor: a leaf Variable that requires grad is being used in an in-place "
                    "operation; use no_grad");
}

bool keeps_history(const TensorImpl& impl) {
    for (const TensorImpl* at = &impl; at->base; at = at->viewed().get()) {
        if (!at->view.op) return false;
    }
    return true;
}

}  // namespace

const std::shared_ptr<TensorImpl>& TensorImpl::viewed() const {
    const std::shared_ptr<TensorImpl>* at = &base;
    while ((*at)->reshapes != base_reshapes) at = &(*at)->former;
    return *at;
}

TensorOptions TensorOptions::dtype(DType d) const {
    TensorOptions changed = *this;
    changed.dtype_value = d;
    return changed;
}

TensorOptions TensorOptions::requires_grad(bool on) const {
    TensorOptions changed = *this;
    changed.requires_grad_value = on;
    return changed;
}

Tensor Tensor::from(Array array) {
    auto value = std::make_shared<Value>();
    value->type = {array.dtype(), to_shape(array.sizes())};
    value->array = std::move(array);
    return from(ValuePtr(std::move(value)));
}

Tensor Tensor::from(ValuePtr value) {
    auto impl = std::make_shared<TensorImpl>();
    impl->cell = std::make_shared<Cell>();
    impl->cell->value = std::move(value);
    return Tensor(std::move(impl));
}

ValuePtr Tensor::value() const {
    ValuePtr value = value_of(checked(impl_));
    check_alive(*value);
    return value;
}

TensorType Tensor::type() const { return value_of(checked(impl_))->type; }
DType Tensor::dtype() const { return type().dtype; }
Shape Tensor::sizes() const { return type().shape; }
int64_t Tensor::dim() const { return type().rank(); }
Dim Tensor::numel() const { return defined() ? type().count() : Dim(0); }
bool Tensor::is_floating_point() const { return is_floating(dtype()); }
bool Tensor::is_signed() const { return dtype() != DType::u8 && dtype() != DType::boolean; }
bool Tensor::is_view() const { return defined() && impl_->base && impl_->view.op; }
bool Tensor::is_symbolic() const { return value_of(checked(impl_))->is_symbolic(); }

Dim Tensor::size(int64_t axis) const {
    const TensorType t = type();
    return t.size(normalize_axis("size", axis, t.rank()));
}

Array Tensor::array() const {
    const ValuePtr v = value();
    if (v->is_symbolic()) {
        throw UserError("tensor.symbolic",
                        "tensor: the data of a symbolic " + v->type.str() +
                            " is read in forward(); while tracing a tensor has no data");
    }
    return v->array;
}

void* Tensor::data_checked(DType wanted) const {
    const Array data = array();
    if (data.dtype() != wanted) {
        throw UserError("tensor.dtype", "tensor: data_ptr of " + std::string(name(wanted)) +
                                            " is asked of a tensor of " +
                                            std::string(name(data.dtype())));
    }
    if (!data.is_dense()) {
        throw UserError("tensor.dense", "tensor: data_ptr of a strided view; call contiguous()");
    }
    return data.raw();
}

double Tensor::item_value() const {
    const ValuePtr v = value();
    if (!v->type.count().is_constant(1)) {
        throw UserError("tensor.item", "item: expected one element, got " + v->type.str());
    }
    if (v->is_symbolic()) return v->tracer->scalar(*v);
    return v->array.at(0);
}

bool Tensor::item_truth() const {
    const bool is_answer = dtype() == DType::boolean || !is_symbolic() || !numel().is_constant(1);
    return is_answer ? item_value() != 0 : ne(Scalar(0)).item<bool>();
}

Item Tensor::item() const { return Item(*this); }

Tensor Item::tensor() const { return tensor_.dim() == 0 ? tensor_ : tensor_.reshape(Shape{}); }

Item::operator Scalar() const {
    const DType dtype = tensor_.dtype();
    if (dtype == DType::boolean) return toBool();
    return is_floating(dtype) ? Scalar(toDouble()) : Scalar(toLong());
}

const Tensor& Tensor::assign(const Tensor& value) const {
    const TensorType mine = type(), theirs = value.type();
    if (!same(mine, theirs)) {
        throw UserError("tensor.assign", "tensor: a value of type " + theirs.str() +
                                             " is written into a tensor of type " + mine.str());
    }
    if (GradMode::is_enabled() && impl_->requires_grad && keeps_history(*impl_)) throw_leaf_write();
    if (GradMode::is_enabled()) autograd::check_write(*impl_);
    const ValuePtr source = value.value();
    const ValuePtr target = this->value();
    const bool records = GradMode::is_enabled() && (source->grad_node || target->grad_node);
    if (!source->is_symbolic() && !target->is_symbolic() && (!records || !keeps_history(*impl_))) {
        check_writable(target->array);
        target->array.copy_from(source->array);  // views alias it
    } else if (GradMode::is_enabled()) {
        write(*impl_, value);
    } else {  // the data changes, the history stays
        auto changed = std::make_shared<Value>(*source);
        changed->grad_node = target->grad_node;
        changed->grad_output = target->grad_output;
        write(*impl_, Tensor::from(ValuePtr(std::move(changed))));
    }
    return *this;
}

const Tensor& Tensor::copy_(const Tensor& source, bool /*non_blocking*/) const {
    const TensorType mine = type();
    Tensor value = source.to(mine.dtype);
    if (!same(value.sizes(), mine.shape)) value = lithe::expand(value, mine.shape);
    return assign(value);
}

void Tensor::set_data(const Tensor& value) const {
    checked(impl_);
    if (impl_->base) {  // a view leaves what it looks at
        const ValuePtr before = this->value();
        impl_->base = nullptr;
        impl_->view = {};
        impl_->cached = nullptr;
        impl_->cell = std::make_shared<Cell>();
        impl_->cell->value = before;
    }
    auto changed = std::make_shared<Value>(*value.value());
    changed->grad_node = impl_->cell->value->grad_node;
    changed->grad_output = impl_->cell->value->grad_output;
    impl_->cell->value = std::move(changed);
    ++impl_->cell->version;
}

const Tensor& Tensor::become(const std::function<Tensor(const Tensor&)>& view) const {
    checked(impl_);
    if (impl_->requires_grad) {
        if (GradMode::is_enabled()) throw_leaf_write();
        set_data(view(detach()));
        return *this;
    }
    const auto former = std::make_shared<TensorImpl>(*impl_);
    const Tensor made = view(Tensor(former));
    if (made.impl_ == former) return *this;
    if (!made.impl_->base) {  // memory of its own
        set_data(made);
        return *this;
    }
    impl_->base = made.impl_->base;
    impl_->base_reshapes = made.impl_->base_reshapes;
    impl_->view = made.impl_->view;
    impl_->cached = made.impl_->cached;
    impl_->cached_version = made.impl_->cached_version;
    impl_->former = former;
    ++impl_->reshapes;
    return *this;
}

Tensor Tensor::detach() const {
    auto impl = std::make_shared<TensorImpl>();
    impl->cell = checked(impl_).cell;
    impl->base = impl_;
    impl->base_reshapes = impl_->reshapes;
    return Tensor(std::move(impl));
}

}  // namespace lithe
