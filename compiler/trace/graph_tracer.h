#pragma once

#include <exception>
#include <map>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/trace/fields.h"
#include "compiler/trace/trace.h"
#include "dsl/tracer.h"
#include "dsl/value.h"

namespace lithe::tracing {

/// A module's forward began or ended before node `position` was recorded.
struct BoundaryEvent {
    size_t position = 0;
    int call = 0;
    bool is_enter = true;
    std::vector<ir::Value> values;
};

/// A bool that forward() has asked for: a `cond` without regions stands at its place in the graph.
struct Decision {
    bool answer = true;
    size_t calls = 0;  ///< how many calls of modules had begun
    std::vector<void*> stack;
};

/// Records one forward() at one choice of values for the named sizes, and of answers to the bools
/// that it asks for.
class GraphTracer : public Tracer {
public:
    GraphTracer(ir::Program& program, ir::Graph& graph, nn::Module& root,
                bool records_creation = false);

    /// Runs forward on symbolic inputs, with the parameters and buffers replaced by symbolic
    /// values for as long as it lasts; then marks the boundaries of module calls.
    void run(const Forward& forward, const std::vector<InputSpec>& inputs);

    /// Fields that are neither parameters nor buffers, to which forward() gave what it computed
    /// from its inputs.
    struct KeptField {
        std::string path;
        TensorType type;
    };
    const std::vector<KeptField>& kept_fields() const { return kept_fields_; }
    /// The first of them that forward() reads before it writes it, so that a call depends on the
    /// one before; empty where there is none. Runs forward() like run(), for this alone.
    std::string field_read_first(const Forward& forward, const std::vector<InputSpec>& inputs,
                                 const std::vector<KeptField>& fields);

    /// The answers to the first bools; all later ones are true.
    void answer(std::vector<bool> answers) { answers_ = std::move(answers); }
    const std::vector<Decision>& decisions() const { return decisions_; }
    int64_t draw_count() const { return static_cast<int64_t>(draws_.size()); }

    /// The symbolic sizes from which integers were taken: what generalisation has to explain.
    const std::vector<Dim>& escaped_sizes() const { return escaped_sizes_; }

    std::vector<int64_t> record(const OpCall& call, std::span<const ValuePtr> inputs,
                                const TensorTypes& types) override;
    bool records_creation() const override { return records_creation_; }
    int64_t escape(const Dim& dim) override;
    bool has_escaped(const Dim& dim, int64_t value) const override;
    double scalar(const Value& value) override;
    void enter_module(nn::Module& module, std::span<const ValuePtr> inputs) override;
    void exit_module(nn::Module& module, std::span<const ValuePtr> outputs) override;
    void note_error() override;

    std::vector<int64_t> begin_region(const TensorTypes& inputs) override;
    int64_t end_region(std::span<const ValuePtr> outputs) override;
    void abandon_region() override { frames_.pop_back(); }
    std::vector<ValuePtr> captures(std::span<const int64_t> regions) override;
    std::vector<int64_t> record_regions(std::string_view op, const Attrs& attrs,
                                        std::span<const ValuePtr> inputs,
                                        std::span<const int64_t> regions,
                                        const TensorTypes& types) override;
    std::vector<ValuePtr> replay(int64_t region, std::span<const ValuePtr> inputs) override;

private:
    /// A graph that is being recorded: that of forward(), or a region inside of it.
    struct Frame {
        int64_t id = 0;
        ir::Graph* graph = nullptr;
        std::unique_ptr<ir::Graph> owned;  ///< of a region
        std::map<const Value*, ir::Value> constants;
        std::vector<ValuePtr> captured;  ///< values of outside, in the order of their inputs
        std::vector<BoundaryEvent> events;
    };
    struct Region {
        const ir::Graph* graph = nullptr;
        std::unique_ptr<ir::Graph> owned;  ///< until a node takes it
        std::vector<ValuePtr> captured;
    };
    /// A value and the frame that it was recorded in.
    struct Known {
        ir::Value value;
        int64_t frame = 0;
    };

    struct StateTensor {
        Tensor tensor;
        ValuePtr before;  ///< its eager value
        ir::Value node;
        std::string key;
        bool is_buffer = false;
    };

    /// Gives a draw the session's generator in place of eager mode's, and its number in the run.
    ir::Node* add_draw(const OpCall& call, const TensorTypes& types);
    Tensors symbolic_inputs(const std::vector<InputSpec>& inputs);
    void make_symbolic_state();
    void restore_state();
    /// Symbolic values in parameters and buffers for as long as it lasts; then they and all fields
    /// have again what they had, also where forward() throws.
    class StateScope {
    public:
        explicit StateScope(GraphTracer& tracer) : tracer_(tracer), fields_(tracer.root_) {
            tracer_.make_symbolic_state();
        }
        ~StateScope() {
            tracer_.restore_state();
            fields_.restore();
        }
        StateScope(const StateScope&) = delete;
        StateScope& operator=(const StateScope&) = delete;
        const Fields& fields() const { return fields_; }

    private:
        GraphTracer& tracer_;
        const Fields fields_;
    };
    void collect_outputs(const NamedTensors& results);
    Tensor current(const StateTensor& state, const std::vector<Fields::Change>& changes) const;
    void collect_state(const std::vector<Fields::Change>& changes);
    void collect_fields(const std::vector<Fields::Change>& changes);
    bool is_state(const Tensor& tensor) const;
    ir::Value value_of(const ValuePtr& value);
    ir::Value constant(const ValuePtr& value);
    ir::Value captured(const ValuePtr& value, size_t frame);
    ValuePtr symbolic(ir::Value value);
    std::vector<int64_t> results_of(ir::Node& node);
    bool decide(const Value& flag);
    [[noreturn]] void refuse_region_value(const Value& value) const;
    Frame& frame() { return frames_.back(); }
    std::vector<ValuePtr> replay_graph(const ir::Graph& graph, std::span<const ValuePtr> inputs);
    std::vector<ir::Value> known_values(std::span<const ValuePtr> values);
    /// Throws the error again with the place in the author's model behind it, where it has none.
    [[noreturn]] void rethrow_with_place(const UserError& error);
    /// Throws what says in which module the author's exception arose, with that nested in it.
    [[noreturn]] void rethrow_with_module(const std::exception& error) const;
    /// `  in encoder.fc1 (Linear), forward() of Net, net.h:12`, for messages.
    std::string where(const std::vector<void*>& stack) const;
    std::string where(int call_index, const std::vector<void*>& stack) const;
    void resolve_lines();

    ir::Program& program_;
    ir::Graph& graph_;
    nn::Module& root_;
    bool records_creation_;
    std::map<const nn::Module*, int> module_index_;
    std::vector<StateTensor> state_;
    std::vector<KeptField> kept_fields_;
    std::vector<Known> values_;
    std::vector<Frame> frames_;  ///< that of forward() first, the innermost region last
    std::vector<Region> regions_;
    int64_t next_frame_ = 0;
    std::vector<ValuePtr> kept_;  ///< keeps the keys of the frames' constants alive
    ir::Value random_state_;      ///< what draws begin with; made for the first one
    std::vector<ir::Node*> draws_;
    std::vector<int> open_calls_;
    int error_call_ = -1;  ///< the innermost call of a module at the last error
    int thrown_in_ = -1;   ///< the innermost call that the exception under way has left
    int exceptions_before_ = std::uncaught_exceptions();
    std::vector<void*> error_stack_;
    std::vector<bool> answers_;
    std::vector<Decision> decisions_;
    std::vector<Dim> escaped_sizes_;  ///< each once
    std::vector<std::pair<ir::Node*, std::vector<void*>>> stacks_;
};

/// Puts module_input and module_output nodes where the events say.
void insert_boundaries(ir::Graph& graph, const std::vector<BoundaryEvent>& events);

}  // namespace lithe::tracing
