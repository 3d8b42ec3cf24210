// clone(): the copy constructor of the author's class, with everything it refers to copied as well.
#include <map>
#include <set>

#include "dsl/holder.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe::nn {

/// One clone() at work: what has been copied so far, so that what is shared stays shared.
class CloneContext : public FieldVisitor {
public:
    static thread_local CloneContext* current;

    CloneContext() : outer_(current) { current = this; }
    ~CloneContext() override { current = outer_; }
    CloneContext(const CloneContext&) = delete;
    CloneContext& operator=(const CloneContext&) = delete;

    ModulePtr child(const ModulePtr& original) {
        if (!original) return nullptr;
        const auto known = modules_.find(original.get());
        if (known != modules_.end()) return known->second;
        return original->clone();
    }

    ModulePtr finish(const Module& original, const std::function<ModulePtr()>& copy) {
        const auto known = modules_.find(&original);
        if (known != modules_.end()) return known->second;
        ModulePtr result = copy();
        modules_[&original] = result;
        collect_originals(original);
        fix(*result);
        return result;
    }

    /// A field of the copy, which its copy constructor left as the original's.
    void tensor(const std::string&, Tensor& tensor, TensorFieldKind) override {
        tensor = copied(tensor);
    }
    void module(const std::string& name, const ModulePtr& child) override {
        if (!child) return;
        if (child.use_count() == 0) {  // held by value: copied with its owner
            fix(*child);
        } else if (originals_.contains(child.get())) {
            throw UserError("module.clone",
                            "clone: the field " + quote(name) +
                                " is a plain pointer, whose module would be shared with the "
                                "copy; use the holder, or override clone()");
        }
    }

private:
    void collect_originals(const Module& original) {
        for (const auto& [name, child] : original.members().children) {
            if (!child) continue;
            if (child.use_count() != 0) {
                originals_.insert(child.get());
            } else {
                collect_originals(*child);
            }
        }
    }

    void fix(Module& copy) {
        const ClassDescriptor* known = find_class(copy.class_type());
        const size_t registered = copy.parameters_.size() + copy.buffers_.size();
        if (!known &&
            registered > copy.parts_.size()) {  // parts are read by name, not through a field
            throw UserError("module.clone",
                            "clone: " + copy.name() +
                                " registers tensors, and lithe-reflect has not described its "
                                "fields; override clone()");
        }
        for (auto& item : copy.parameters_) *item = copied(*item);
        for (auto& item : copy.buffers_) item->first = copied(item->first);
        for (auto& item : copy.children_) {
            if (originals_.contains(item->get())) *item = child(*item);
        }
        copy.visit_members(*this);
        if (known) visit_fields(*known, dynamic_cast<void*>(&copy), "", *this);
    }

    Tensor copied(const Tensor& original) {
        if (!original.defined() || made_.contains(original.impl())) return original;
        const auto [at, is_new] = tensors_.try_emplace(original.impl());
        if (is_new) {
            at->second = Tensor::from(original.array().clone());
            if (original.is_leaf()) at->second.requires_grad_(original.requires_grad());
            made_.insert(at->second.impl());
            kept_.push_back(original);
        }
        return at->second;
    }

    CloneContext* outer_;
    std::map<const Module*, ModulePtr> modules_;
    std::map<const TensorImpl*, Tensor> tensors_;
    std::set<const TensorImpl*> made_;
    std::set<const Module*> originals_;
    Tensors kept_;  ///< keeps the keys of tensors_ alive
};

thread_local CloneContext* CloneContext::current = nullptr;

ModulePtr Module::clone() const {
    throw UserError("module.clone", "clone: " + name() +
                                        " cannot be copied: it is not held by a holder "
                                        "(LITHE_MODULE), or is not copy-constructible; derive "
                                        "from nn::Cloneable or override clone()");
}

namespace detail {

bool is_cloning() { return CloneContext::current != nullptr; }

ModulePtr clone_child(const ModulePtr& module) { return CloneContext::current->child(module); }

ModulePtr finish_clone(const Module& original, const std::function<ModulePtr()>& copy) {
    if (CloneContext::current) return CloneContext::current->finish(original, copy);
    CloneContext context;
    return context.finish(original, copy);
}

void throw_empty_holder(std::type_index type) {
    throw UserError("holder.empty", "holder: an empty " + class_name(type) +
                                        " is used; it was made of nullptr, or moved from");
}

}  // namespace detail
}  // namespace lithe::nn
