#pragma once

#include <utility>
#include <vector>

#include "compiler/ir/program.h"
#include "dsl/tracer.h"
#include "dsl/value.h"

namespace lithe::ir {

/// Decides comparisons of symbolic sizes by the symbols' sample values while it lives: shape rules
/// run again on a recorded graph as they did while it was traced.
class SampleScope : public Tracer {
public:
    explicit SampleScope(const Program& program) : program_(program), scope_(this) {}

    std::vector<int64_t> record(const OpCall& call, std::span<const ValuePtr> inputs,
                                const TensorTypes& types) override;
    int64_t escape(const Dim& dim) override;
    double scalar(const lithe::Value& value) override;
    void enter_module(nn::Module&, std::span<const ValuePtr>) override {}
    void exit_module(nn::Module&, std::span<const ValuePtr>) override {}

    /// The sizes whose values were asked for since the last call.
    std::vector<Dim> take_asked() { return std::exchange(asked_, {}); }

private:
    std::vector<Dim> asked_;
    const Program& program_;
    Scope scope_;
};

}  // namespace lithe::ir
