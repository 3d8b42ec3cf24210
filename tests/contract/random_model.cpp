#include "tests/contract/random_model.h"

#include <algorithm>

namespace lithe::tests {
namespace {

using Child = RandomBlockImpl::Child;
using Step = RandomBlockImpl::Step;
using Random = std::mt19937_64;

size_t below(Random& random, size_t limit) { return random() % limit; }

template <class Layer>
Child layer_child(Layer layer) {
    return {1, 1, [layer](const Tensors& in) { return Tensors{layer->forward(in[0])}; },
            layer.ptr()};
}

Child sequential_child(Random& random) {
    nn::Sequential chain(nn::Linear(random_model_features, random_model_features), nn::ReLU());
    if (below(random, 2) == 0) chain->push_back("last", nn::Identity());
    return {1, 1, [chain](const Tensors& in) { return Tensors{chain->forward(in[0])}; },
            chain.ptr()};
}

Child block_child(Random& random, int depth, RandomBlockImpl::Pool& pool) {
    const size_t inputs = 1 + below(random, 3), outputs = 1 + below(random, 3);
    RandomBlock block(random, depth - 1, inputs, outputs, pool);
    return {inputs, outputs, [block](const Tensors& in) { return block->forward(in); },
            block.ptr()};
}

Child new_child(Random& random, int depth, RandomBlockImpl::Pool& pool) {
    if (depth > 0 && below(random, 2) == 0) return block_child(random, depth, pool);
    switch (below(random, 5)) {
        case 0:
            return layer_child(nn::Linear(random_model_features, random_model_features));
        case 1:
            return layer_child(nn::BatchNorm1d(random_model_features));
        case 2:
            return layer_child(nn::Identity());
        case 3: {
            Cross cross;
            return {2, 2,
                    [cross](const Tensors& in) {
                        const auto [a, b] = cross->forward(in[0], in[1]);
                        return Tensors{a, b};
                    },
                    cross.ptr()};
        }
        default:
            return sequential_child(random);
    }
}

}  // namespace

RandomBlockImpl::RandomBlockImpl(Random& random, int depth, size_t inputs, size_t outputs_wanted,
                                 Pool& pool)
    : outputs(outputs_wanted) {
    list = register_module("list", nn::ModuleList());
    const size_t children = 1 + below(random, 3);
    for (size_t i = 0; i < children; ++i) {
        const bool is_shared = !pool.empty() && below(random, 4) == 0;
        called.push_back(is_shared ? pool[below(random, pool.size())]
                                   : new_child(random, depth, pool));
        if (below(random, 3) == 0) {
            list->push_back(called.back().module);
        } else {
            register_module("c" + std::to_string(i), called.back().module);
        }
    }
    size_t known = inputs;
    std::vector<size_t> fresh;  // made here, and seen by no child
    const size_t count = 3 + below(random, 4);
    for (size_t i = 0; i < count; ++i) {
        Step step{static_cast<Step::Kind>(below(random, 3)), {}, 0};
        if (i % 2 == 1) step = {Step::Kind::child, {}, below(random, called.size())};
        if (!fresh.empty() && below(random, 6) == 0) {
            steps.push_back({Step::Kind::add_in_place, {fresh.back(), below(random, known)}, 0});
        }
        const bool is_child = step.kind == Step::Kind::child;
        const size_t operands = is_child ? called[step.child].inputs : 2;
        for (size_t k = 0; k < operands; ++k) step.operands.push_back(below(random, known));
        if (is_child) {
            for (const size_t operand : step.operands) std::erase(fresh, operand);
            known += called[step.child].outputs;
        } else {
            fresh.push_back(known++);
        }
        steps.push_back(std::move(step));
    }
    for (size_t i = 0; i < outputs; ++i) {
        // Mostly what came last, sometimes an argument, or one tensor twice.
        results.push_back(below(random, 4) == 0
                              ? below(random, known)
                              : known - 1 - below(random, std::min<size_t>(known, 3)));
    }
    for (const Child& child : called) pool.push_back(child);
}

Tensors RandomBlockImpl::forward(const Tensors& in) {
    Tensors known = in;
    for (const Step& step : steps) {
        const auto operand = [&](size_t i) -> const Tensor& { return known[step.operands[i]]; };
        switch (step.kind) {
            case Step::Kind::add:
                known.push_back((operand(0) + operand(1)) * 0.5);
                break;
            case Step::Kind::half:
                known.push_back(operand(0) * 0.5);
                break;
            case Step::Kind::relu:
                known.push_back(relu(operand(0)) + 0.125);
                break;
            case Step::Kind::add_in_place:
                operand(0).add_(Tensor(operand(1)) * 0.25);
                break;
            case Step::Kind::child: {
                Tensors arguments;
                for (const size_t i : step.operands) arguments.push_back(known[i]);
                for (const Tensor& result : called[step.child].call(arguments)) {
                    known.push_back(result);
                }
                break;
            }
        }
    }
    Tensors out;
    for (const size_t i : results) out.push_back(known[i]);
    return out;
}

}  // namespace lithe::tests
