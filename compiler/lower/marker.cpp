#include "compiler/lower/marker.h"

#include <utility>

#include "runtime/error.h"

namespace lithe::lower {
namespace {

using Halide::Expr;
using Halide::Internal::Call;

class Replacer : public Halide::Internal::IRMutator {
public:
    Replacer(std::string marker, MarkerReplacement replacement)
        : marker_(std::move(marker)), replacement_(std::move(replacement)) {}

private:
    using Halide::Internal::IRMutator::visit;

    Expr visit(const Call* call) override {
        if (call->name != marker_) return IRMutator::visit(call);
        std::vector<Expr> args;
        for (const Expr& arg : call->args) args.push_back(mutate(arg));
        return replacement_(call->type, args);
    }

    std::string marker_;
    MarkerReplacement replacement_;
};

}  // namespace

void replace_marker(Halide::Pipeline& pipeline, const std::string& marker,
                    MarkerReplacement replacement) {
    pipeline.add_custom_lowering_pass(new Replacer(marker, std::move(replacement)));
}

int marker_number(const Expr& argument) {
    const auto* broadcast = argument.as<Halide::Internal::Broadcast>();
    const auto* value = (broadcast ? broadcast->value : argument).as<Halide::Internal::IntImm>();
    LITHE_ASSERT(value);
    return static_cast<int>(value->value);
}

}  // namespace lithe::lower
