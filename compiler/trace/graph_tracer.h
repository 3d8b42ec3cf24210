#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/trace/trace.h"
#include "dsl/tracer.h"
#include "dsl/value.h"

namespace lithe::tracing {

/// An integer was taken from a symbolic size: what generalisation has to explain.
struct Escape {
    std::string dim;
    std::string line;
};

/// A module's forward began or ended before node `position` was recorded.
struct BoundaryEvent {
    size_t position = 0;
    int call = 0;
    bool is_enter = true;
    std::vector<ir::Value> values;
};

/// Records one forward() at one choice of values for the named sizes.
class GraphTracer : public Tracer {
public:
    GraphTracer(ir::Program& program, ir::Graph& graph, nn::Module& root,
                bool records_creation = false);

    /// Runs forward on symbolic inputs, with the parameters and buffers replaced by symbolic
    /// values for as long as it lasts; then marks the boundaries of module calls.
    void run(const Forward& forward, const std::vector<InputSpec>& inputs);

    std::vector<Escape> escapes() const;

    std::vector<int64_t> record(const OpCall& call, std::span<const ValuePtr> inputs,
                                const TensorTypes& types) override;
    bool records_creation() const override { return records_creation_; }
    int64_t escape(const Dim& dim) override;
    double scalar(const Value& value) override;
    void enter_module(nn::Module& module, std::span<const ValuePtr> inputs) override;
    void exit_module(nn::Module& module, std::span<const ValuePtr> outputs) override;

private:
    struct StateTensor {
        Tensor tensor;
        ValuePtr before;  ///< its eager value
        ir::Value node;
        std::string key;
        bool is_buffer = false;
    };

    /// Gives a draw the session's generator in place of eager mode's, and its number in the run.
    ir::Node* add_draw(const OpCall& call, const TensorTypes& types);
    void make_symbolic_state();
    void restore_state();
    void collect_outputs(const Tensors& results);
    ir::Value value_of(const ValuePtr& value);
    ir::Value constant(const ValuePtr& value);
    ValuePtr symbolic(ir::Value value);
    std::vector<ir::Value> known_values(std::span<const ValuePtr> values);
    /// `in encoder.fc1 (Linear), forward() of Net`, for messages.
    std::string where(const std::vector<void*>& stack) const;
    void resolve_lines();

    ir::Program& program_;
    ir::Graph& graph_;
    nn::Module& root_;
    bool records_creation_;
    std::map<const nn::Module*, int> module_index_;
    std::vector<StateTensor> state_;
    std::vector<ir::Value> values_;
    std::map<const Value*, ir::Value> constants_;
    std::vector<ValuePtr> kept_;  ///< keeps the keys of constants_ alive
    ir::Value random_state_;      ///< what draws begin with; made for the first one
    std::vector<ir::Node*> draws_;
    std::vector<int> open_calls_;
    std::vector<BoundaryEvent> events_;
    std::vector<std::pair<std::string, std::vector<void*>>> escapes_;
    std::vector<std::pair<ir::Node*, std::vector<void*>>> stacks_;
};

/// Puts module_input and module_output nodes where the events say.
void insert_boundaries(ir::Graph& graph, const std::vector<BoundaryEvent>& events);

}  // namespace lithe::tracing
