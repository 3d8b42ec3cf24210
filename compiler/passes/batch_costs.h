#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "compiler/passes/batch_steps.h"
#include "compiler/passes/pass.h"
#include "compiler/passes/pointwise_region.h"

namespace lithe::passes {

/// Estimates the time of kernels, for all items at once or for some after the other, in
/// nanoseconds.
///
/// A kernel computes, and waits for what it reads; the two overlap. What is read again is in the
/// cache that holds all that was touched since, and so is what is written to be read; weights are
/// read again in every round. Kernels that fuse count where the last of their nodes stands.
class BatchCosts {
public:
    BatchCosts(const ir::Graph& graph, const std::vector<BatchStep>& steps, const Machine& machine);

    /// Whether a loop may begin or end in front of a step: not within what becomes one kernel.
    bool may_cut(size_t step) const { return may_cut_[step]; }
    /// Of a step outside of loops.
    double together(size_t step) const;

    /// A loop over the steps from `begin` on, `items` in a round; it grows step by step.
    class Loop {
    public:
        Loop(const BatchCosts& costs, size_t begin, int64_t items)
            : costs_(costs), begin_(begin), items_(items) {}
        void add(size_t step);
        double time() const;

    private:
        const BatchCosts& costs_;
        size_t begin_;
        int64_t items_;
        std::array<double, 3> times_{};  ///< of a round, by the cache that weights are in
        double weights_ = 0, touched_ = 0;
    };

private:
    /// A read of a value that was touched last in step `last`, -1 if never in these.
    struct Read {
        int last = -1;
        double bytes = 0;       ///< of one item
        bool is_first = false;  ///< what it waits for, the write has waited for too
    };
    struct Work {
        std::vector<Read> reads;
        double weights = 0;   ///< bytes
        double products = 0;  ///< multiply-adds of an item
        bool is_kernel = false;
    };
    enum class Level : uint8_t { second, third, memory };

    void add_work(size_t step);
    void add_reads(size_t step, ir::Value value);
    void add_weights(size_t step);
    void take_over(size_t step, const ir::Node& joined);
    bool joins(size_t step, ir::Value operand) const;
    Level level(double bytes) const;
    /// Nanoseconds for a byte of a value after so many bytes.
    double value_rate(double bytes) const;
    /// Time to compute and to wait for values, for so many items.
    double compute(size_t step, int64_t items) const;
    double reads(size_t step, size_t begin, int64_t items) const;

    const std::vector<BatchStep>& steps_;
    const Machine& machine_;
    const double second_bytes_, third_bytes_;
    Users users_;
    std::map<const ir::Node*, size_t> step_of_;
    std::map<const ir::Node*, size_t> kernel_of_;   ///< the step that a node's kernel begins with
    std::map<const ir::Node*, size_t> touched_in_;  ///< last
    std::set<const ir::Node*> read_;                ///< at least once
    std::vector<Work> work_;
    std::vector<double> touched_before_, weights_before_;  ///< sums over steps; a step more
    std::vector<int64_t> counts_;  ///< of items; where that is not known, as many as one expects
    std::vector<bool> may_cut_;
};

}  // namespace lithe::passes
