// The tables of a BoundPlan, made once; every run goes through bound_plan.cpp alone.
#include "runtime/bound_plan.h"
#include "runtime/code.h"

namespace lithe {

using artifact::PlanValue;
using artifact::Space;
using artifact::Step;

BoundPlan::BoundPlan(const Code& code, const artifact::Plan& plan, std::vector<bool> selected)
    : code_(code),
      plan_(plan),
      selected_(std::move(selected)),
      values_(plan.values),
      uses_prepared_(code.artifact().prepared.size()),
      symbols_(code.artifact().symbols.size()) {
    if (selected_.empty()) add_output_copies();
    add_buffers();
    add_arguments();
}

/// Results that live elsewhere than in their output are copied there in the end.
void BoundPlan::add_output_copies() {
    const artifact::Artifact& artifact = code_.artifact();
    for (size_t i = 0; i < plan_.outputs.size(); ++i) {
        const int32_t result = plan_.outputs[i];
        const PlanValue& value = values_[static_cast<size_t>(result)];
        if (value.space == Space::output && value.index == static_cast<int32_t>(i)) continue;

        PlanValue target;
        target.type = plan_.name == "prepare" ? artifact.prepared[i] : artifact.outputs[i].type;
        target.space = Space::output;
        target.index = static_cast<int32_t>(i);
        Step copy;
        copy.kind = Step::Kind::copy;
        copy.values = {result, static_cast<int32_t>(values_.size())};
        values_.push_back(std::move(target));
        output_copies_.push_back(std::move(copy));
    }
}

void BoundPlan::add_buffers() {
    buffers_.resize(values_.size());
    offsets_.resize(values_.size());
    size_t rank = 0;
    for (const PlanValue& value : values_) rank += value.type.shape.size();
    dims_.resize(rank);

    KernelDim* dim = dims_.data();
    for (size_t i = 0; i < values_.size(); ++i) {
        const PlanValue& value = values_[i];
        buffers_[i].type = kernel_type(value.type.dtype);
        buffers_[i].dimensions = static_cast<int32_t>(value.type.shape.size());
        buffers_[i].dim = dim;
        dim += buffers_[i].dimensions;
        if (value.space == Space::input || value.space == Space::output) ports_.push_back(i);
        if (value.space == Space::prepared) uses_prepared_[static_cast<size_t>(value.index)] = true;
    }
    for (const Step& step : plan_.steps) {
        for (const std::vector<int32_t>* pairs : {&step.starts, &step.moves}) {
            for (size_t i = 0; i < pairs->size(); i += 2) {
                placed_.push_back(static_cast<size_t>((*pairs)[i]));
            }
        }
    }
}

/// Every kernel's arguments: the context, its symbols, its values.
void BoundPlan::add_arguments() {
    for (size_t i = 0; i < step_count(); ++i) {
        first_argument_.push_back(arguments_.size());
        if (step(i).kind != Step::Kind::kernel) continue;
        arguments_.push_back(&context_);
        for (const int32_t symbol : step(i).symbols) {
            arguments_.push_back(&symbols_[static_cast<size_t>(symbol)]);
        }
        for (const int32_t value : step(i).values) {
            arguments_.push_back(&buffers_[static_cast<size_t>(value)]);
        }
    }
}

}  // namespace lithe
