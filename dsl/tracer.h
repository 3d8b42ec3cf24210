#pragma once

#include <any>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dsl/op.h"

namespace lithe {

struct Value;

namespace nn {
class Module;
}

/// What the dsl tells whoever records a symbolic forward. The compiler implements it; the dsl
/// knows no more of the compiler than this.
class Tracer {
public:
    virtual ~Tracer() = default;

    /// The tracer of this thread, or null while code runs eagerly.
    static Tracer* current();

    /// Records one node and gives the ids of its results.
    virtual std::vector<int64_t> record(const OpCall& call,
                                        std::span<const std::shared_ptr<const Value>> inputs,
                                        const TensorTypes& types) = 0;
    /// Whether tensors made of nothing but sizes and numbers are recorded too, though their sizes
    /// are known: an integer that was a named size may be among them.
    virtual bool records_creation() const { return false; }
    /// A symbolic size is needed as an integer: its value in this trace, noted as an escape.
    virtual int64_t escape(const Dim& dim) = 0;
    /// A symbolic one-element value is needed as a number (`item()`). Of a bool the answer is the
    /// way that this run of forward() takes.
    virtual double scalar(const Value& value) = 0;

    // --- control flow: parts of forward() that are recorded as graphs of their own -----------

    /// Begins a region whose inputs have these types, and gives the ids of the inputs. What is
    /// recorded from now on goes there; values of outside may be used. Regions nest.
    virtual std::vector<int64_t> begin_region(const TensorTypes& inputs);
    /// Ends the innermost region; gives its number.
    virtual int64_t end_region(std::span<const std::shared_ptr<const Value>> outputs);
    /// Forgets the innermost region: an exception has come.
    virtual void abandon_region() {}
    /// The values of outside that some regions use, each once.
    virtual std::vector<std::shared_ptr<const Value>> captures(std::span<const int64_t> regions);
    /// Records a node that runs regions: `scan`, `while_loop` or `cond`. The regions' captures
    /// follow the inputs as operands; they are inputs of every one of the regions.
    virtual std::vector<int64_t> record_regions(
        std::string_view op, const Attrs& attrs,
        std::span<const std::shared_ptr<const Value>> inputs, std::span<const int64_t> regions,
        const TensorTypes& types);
    /// Applies the ops of a region again, to other inputs, captures last.
    virtual std::vector<std::shared_ptr<const Value>> replay(
        int64_t region, std::span<const std::shared_ptr<const Value>> inputs);

    /// A module's forward begins and ends; the values are the tensors among its arguments and
    /// results, in order. Calls nest.
    virtual void enter_module(nn::Module& module,
                              std::span<const std::shared_ptr<const Value>> inputs) = 0;
    virtual void exit_module(nn::Module& module,
                             std::span<const std::shared_ptr<const Value>> outputs) = 0;

    /// Whether forward() has asked for this symbolic size as an integer and got `value`.
    virtual bool has_escaped(const Dim& /*dim*/, int64_t /*value*/) const { return false; }

    /// An error is being made while forward() runs: the time to note the place, as its callers are
    /// still on the stack.
    virtual void note_error() {}

protected:
    /// Makes `this` the tracer of the thread for the scope's lifetime; nests.
    class Scope {
    public:
        explicit Scope(Tracer* tracer);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Tracer* previous_;
    };
};

/// Return addresses of the callers, innermost first, for the author's line. Cheap; lines are
/// looked up when they are printed.
std::vector<void*> capture_stack(int most = 48);

}  // namespace lithe
