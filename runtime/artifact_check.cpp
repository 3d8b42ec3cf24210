#include <algorithm>

#include "runtime/error.h"
#include "runtime/size_code.h"
#include "runtime/tensor_view.h"
#include "runtime/text.h"

namespace lithe::artifact {
namespace {

[[noreturn]] void fail(std::initializer_list<std::string_view> pieces) {
    throw UserError("artifact.invalid", concat({"artifact: ", concat(pieces)}));
}

void check_index(int64_t index, size_t count, std::string_view what) {
    if (index < 0 || static_cast<uint64_t>(index) >= count) {
        fail({what, " ", std::to_string(index), " of ", std::to_string(count)});
    }
}

class Checker {
public:
    Checker(const Artifact& artifact, size_t constants_bytes)
        : artifact_(artifact), constants_bytes_(static_cast<int64_t>(constants_bytes)) {}

    void run() const {
        for (const Symbol& symbol : artifact_.symbols) check_symbol(symbol);
        for (const Port& port : artifact_.inputs) check_type(port.type);
        for (const Port& port : artifact_.outputs) check_type(port.type);
        for (const Type& type : artifact_.prepared) check_prepared(type);
        for (const Slot& slot : artifact_.slots) check_slot(slot);
        for (const StateKey& key : artifact_.state_keys) {
            check_index(key.slot, artifact_.slots.size(), "state_dict names slot");
        }
        if (artifact_.modules.empty()) fail({"has no root module"});
        for (const ModuleCall& call : artifact_.calls) {
            check_index(call.module, artifact_.modules.size(), "a call names module");
            if (call.parent != -1) {
                check_index(call.parent, artifact_.calls.size(), "a call names parent");
            }
        }
        for (const Plan& plan : artifact_.plans) check_plan(plan);
    }

private:
    static void check_symbol(const Symbol& symbol) {
        if (symbol.min < 0 || symbol.min > symbol.max || symbol.max > INT32_MAX ||
            symbol.multiple_of < 1) {
            fail({"symbol ", quote(symbol.name), " has the range ", std::to_string(symbol.min),
                  " to ", std::to_string(symbol.max), " by ", std::to_string(symbol.multiple_of)});
        }
    }

    void check_code(const SizeCode& code) const {
        if (!is_valid(code, artifact_.symbols.size())) fail({"an expression is malformed"});
    }

    void check_type(const Type& type) const {
        for (const SizeCode& size : type.shape) check_code(size);
    }

    void check_prepared(const Type& type) const {
        for (const SizeCode& size : type.shape) {
            if (!is_valid(size, 0)) fail({"the size of a prepared value is not static"});
        }
    }

    void check_slot(const Slot& slot) const {
        const std::optional<int64_t> size = checked_size_bytes(slot.dtype, slot.shape);
        if (!size) fail({"slot ", quote(slot.key), " has shape ", shape_text(slot.shape)});
        if (slot.initial_offset < -1 ||
            (slot.initial_offset >= 0 && (slot.initial_offset > constants_bytes_ ||
                                          *size > constants_bytes_ - slot.initial_offset))) {
            fail({"the first value of slot ", quote(slot.key), " is not among the constants"});
        }
    }

    void check_value(const PlanValue& value) const {
        check_type(value.type);
        check_code(value.symbolic_offset);
        for (const SizeCode& stride : value.strides) check_code(stride);
        if (!value.strides.empty() && value.strides.size() != value.type.shape.size()) {
            fail({"a value of rank ", std::to_string(value.type.shape.size()), " has ",
                  std::to_string(value.strides.size()), " strides"});
        }
        switch (value.space) {
            case Space::input:
                return check_index(value.index, artifact_.inputs.size(), "a value names input");
            case Space::slot:
                return check_index(value.index, artifact_.slots.size(), "a value names slot");
            case Space::prepared:
                return check_index(value.index, artifact_.prepared.size(),
                                   "a value names prepared value");
            default:
                return;
        }
    }

    void check_mark(const Plan& plan, const Step& step) const {
        check_index(step.index, artifact_.calls.size(), "a mark names call");
        for (const int32_t index : step.values) {
            const PlanValue& value = plan.values[static_cast<size_t>(index)];
            const bool is_writable = value.space == Space::arena || value.space == Space::output;
            if (!is_writable || !value.strides.empty()) {
                fail({"a mark of call ", std::to_string(step.index), " in plan ", quote(plan.name),
                      " has a value that a hook cannot write"});
            }
        }
    }

    static void check_pairs(const Plan& plan, const std::vector<int32_t>& pairs) {
        if (pairs.size() % 2 != 0) fail({"what a loop places is not in pairs"});
        for (const int32_t index : pairs) {
            check_index(index, plan.values.size(), "a loop places value");
            if (!plan.values[static_cast<size_t>(index)].strides.empty()) {
                fail({"a loop places value ", std::to_string(index), ", which is not dense"});
            }
        }
    }

    void check_loop(const Plan& plan, const Step& step) const {
        if (step.advance.size() != step.values.size()) {
            fail({"a loop has ", std::to_string(step.values.size()), " values and ",
                  std::to_string(step.advance.size()), " advances"});
        }
        check_pairs(plan, step.starts);
        check_pairs(plan, step.moves);
        if (step.start_offsets.size() * 2 != step.starts.size()) {
            fail({"a loop starts ", std::to_string(step.starts.size() / 2), " values and has ",
                  std::to_string(step.start_offsets.size()), " offsets"});
        }
        for (const SizeCode& offset : step.start_offsets) check_code(offset);
    }

    static void check_exit(const Plan& plan, const Step& step) {
        if (step.values.size() != 1) fail({"an exit of a loop has not one value"});
        const Type& type = plan.values[static_cast<size_t>(step.values[0])].type;
        if (type.dtype != DType::boolean || !type.shape.empty()) {
            fail({"an exit of a loop asks for a value that is not one bool"});
        }
    }

    /// Who moves a value on: the same value must not be advanced and also put elsewhere, but for a
    /// start by the loop that advances it.
    static void check_placing(const Plan& plan) {
        std::vector<int> advanced_by(plan.values.size(), -1);
        for (size_t i = 0; i < plan.steps.size(); ++i) {
            if (plan.steps[i].kind != Step::Kind::loop_begin) continue;
            for (const int32_t value : plan.steps[i].values) {
                advanced_by[static_cast<size_t>(value)] = static_cast<int>(i);
            }
        }
        for (size_t i = 0; i < plan.steps.size(); ++i) {
            const Step& step = plan.steps[i];
            if (step.kind != Step::Kind::loop_begin) continue;
            for (size_t k = 0; k < step.starts.size(); k += 2) {
                const int by = advanced_by[static_cast<size_t>(step.starts[k])];
                if (by == -1 || by == static_cast<int>(i)) continue;
                fail({"value ", std::to_string(step.starts[k]), " is placed by two loops"});
            }
            for (size_t k = 0; k < step.moves.size(); k += 2) {
                if (advanced_by[static_cast<size_t>(step.moves[k])] == -1) continue;
                fail({"value ", std::to_string(step.moves[k]), " is both moved and advanced"});
            }
        }
    }

    /// A loop of rows is kernels alone.
    static void check_rows(const Plan& plan) {
        for (size_t i = 0; i < plan.steps.size(); ++i) {
            if (plan.steps[i].row_blocks == 0) continue;
            const bool is_loop = plan.steps[i].kind == Step::Kind::loop_begin;
            size_t end = i + 1;
            while (end < plan.steps.size() && plan.steps[end].kind == Step::Kind::kernel) ++end;
            const bool has_kernels_alone =
                end < plan.steps.size() && plan.steps[end].kind == Step::Kind::loop_end;
            if (is_loop && has_kernels_alone && plan.steps[i].row_blocks > 1) continue;
            fail({"step ", std::to_string(i), " of plan ", quote(plan.name),
                  " is not a loop over blocks of rows"});
        }
    }

    void check_step(const Plan& plan, const Step& step) const {
        for (const int32_t value : step.values) {
            check_index(value, plan.values.size(), "a step names value");
        }
        for (const int32_t symbol : step.symbols) {
            check_index(symbol, artifact_.symbols.size(), "a step names symbol");
        }
        check_code(step.count);
        for (const SizeCode& advance : step.advance) check_code(advance);
        switch (step.kind) {
            case Step::Kind::kernel:
                check_index(step.index, artifact_.kernels.size(), "a step names kernel");
                break;
            case Step::Kind::copy:
                if (step.values.size() != 2) fail({"a copy has not two values"});
                break;
            case Step::Kind::loop_begin:
                check_loop(plan, step);
                break;
            case Step::Kind::loop_end:
                break;
            case Step::Kind::loop_exit:
                check_exit(plan, step);
                break;
            default:
                check_mark(plan, step);
        }
        if (step.output_count < 0 ||
            (step.kind == Step::Kind::kernel &&
             static_cast<size_t>(step.output_count) > step.values.size())) {
            fail({"a step has ", std::to_string(step.output_count), " outputs among ",
                  std::to_string(step.values.size()), " values"});
        }
    }

    void check_plan(const Plan& plan) const {
        if (plan.arena_bytes < 0) fail({"plan ", quote(plan.name), " has a negative arena"});
        const bool is_prepare = plan.name == "prepare";
        const size_t outputs = is_prepare ? artifact_.prepared.size() : artifact_.outputs.size();
        for (const PlanValue& value : plan.values) {
            check_value(value);
            if (is_prepare && (value.space == Space::input || value.space == Space::prepared)) {
                fail({"plan 'prepare' reads more than the slots and the constants"});
            }
            if (value.space == Space::output)
                check_index(value.index, outputs, "a value names output");
        }
        int depth = 0;
        for (const Step& step : plan.steps) {
            check_step(plan, step);
            depth += step.kind == Step::Kind::loop_begin;
            depth -= step.kind == Step::Kind::loop_end;
            if (depth < 0) break;
            if (step.kind == Step::Kind::loop_exit && depth == 0) {
                fail({"plan ", quote(plan.name), " leaves a loop where there is none"});
            }
        }
        if (depth != 0) fail({"the loops of plan ", quote(plan.name), " do not nest"});
        check_placing(plan);
        check_rows(plan);
        if (plan.outputs.size() != outputs) {
            fail({"plan ", quote(plan.name), " has ", std::to_string(plan.outputs.size()),
                  " outputs, not ", std::to_string(outputs)});
        }
        for (const int32_t value : plan.outputs) {
            check_index(value, plan.values.size(), "an output names value");
        }
        if (plan.buffer_updates.size() % 2 != 0) fail({"buffer updates are not pairs"});
        for (size_t i = 0; i + 1 < plan.buffer_updates.size(); i += 2) {
            check_index(plan.buffer_updates[i], artifact_.slots.size(), "an update names slot");
            check_index(plan.buffer_updates[i + 1], plan.values.size(), "an update names value");
        }
    }

    const Artifact& artifact_;
    const int64_t constants_bytes_;
};

}  // namespace

void check(const Artifact& artifact) { check(artifact, artifact.constants.size()); }

void check(const Artifact& tables, size_t constants_bytes) {
    Checker(tables, constants_bytes).run();
}

}  // namespace lithe::artifact
