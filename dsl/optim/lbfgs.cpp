#include "dsl/optim/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "dsl/autograd.h"
#include "dsl/ops.h"
#include "dsl/optim/line_search.h"
#include "runtime/error.h"

namespace lithe::optim {
namespace {

double dot_of(const Tensor& a, const Tensor& b) { return dot(a, b).item<double>(); }
double largest_of(const Tensor& x) { return x.numel() == 0 ? 0 : x.abs().max().item<double>(); }

}  // namespace

void LBFGSOptions::check() const {
    detail::check_option("LBFGS", "lr", lr_, lr_ >= 0);
    detail::check_option("LBFGS", "line_search_fn (only 'strong_wolfe' is supported)", 0,
                         !line_search_fn_ || *line_search_fn_ == "strong_wolfe");
}

LBFGS::LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions options)
    : Optimizer(std::move(groups), checked(options)) {
    if (param_groups().size() == 1) return;
    throw UserError("optim.parameter",
                    "LBFGS doesn't support per-parameter options (parameter groups), got " +
                        std::to_string(param_groups().size()) + " groups");
}
LBFGS::LBFGS(Tensors params, LBFGSOptions options)
    : LBFGS(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
            std::move(options)) {}

/// One call of step(): what it reads of the state, and what it leaves there.
class LBFGS::Run {
public:
    Run(const Tensors& params, const LBFGSOptions& options, const LossClosure& closure,
        ParamState& state)
        : params_(params), options_(options), closure_(closure), state_(state) {
        max_eval_ = options.max_eval().value_or(options.max_iter() * 5 / 4);
        sign_ = options.maximize() ? -1 : 1;
        load();
    }

    Tensor run() {
        const Tensor first = evaluated();
        evaluations_ = 1;
        ++state_.number("func_evals");
        if (is_optimal()) return first;
        for (int64_t i = 1; i <= options_.max_iter(); ++i) {
            if (!iterate(i)) break;
        }
        save();
        return first;
    }

private:
    /// Calls the closure; sets loss_ and gradient_.
    Tensor evaluated() {
        Tensor loss;
        {
            const EnableGradGuard grad;
            loss = closure_();
        }
        loss_ = sign_ * loss.item<double>();
        Tensors parts;
        for (const Tensor& param : params_) {
            const Tensor& gradient = param.grad();
            parts.push_back(gradient.defined() ? gradient.detach().reshape({-1})
                                               : zeros({param.numel()}, param.dtype()));
        }
        gradient_ = cat(parts, 0);
        if (sign_ < 0) gradient_ = neg(gradient_);
        return loss;
    }

    bool is_optimal() const { return largest_of(gradient_) <= options_.tolerance_grad(); }

    /// The parameters move along direction_.
    void move(double step) const {
        Dim at = 0;
        for (const Tensor& param : params_) {
            const Tensor part = direction_.narrow(0, at, param.numel()).reshape(param.sizes());
            param.add_(part, step);
            at = at + param.numel();
        }
    }

    /// Takes the last step into the history of (y, s) pairs.
    void remember() {
        const Tensor y = gradient_ - previous_gradient_, s = direction_ * step_;
        const double ys = dot_of(y, s);
        if (ys <= 1e-10) return;
        if (static_cast<int64_t>(history_.size()) == options_.history_size()) history_.pop_front();
        history_.push_back({y, s, 1 / ys});
        scale_ = ys / dot_of(y, y);
    }

    /// The two-loop recursion: direction_ = - H gradient_.
    void choose_direction() {
        std::vector<double> alphas(history_.size());
        Tensor q = neg(gradient_);
        for (size_t i = history_.size(); i-- > 0;) {
            alphas[i] = dot_of(history_[i].s, q) * history_[i].rho;
            q.add_(history_[i].y, -alphas[i]);
        }
        direction_ = q * scale_;
        for (size_t i = 0; i < history_.size(); ++i) {
            const double beta = dot_of(history_[i].y, direction_) * history_[i].rho;
            direction_.add_(history_[i].s, alphas[i] - beta);
        }
    }

    /// Moves with the line search; gives how often it called the closure.
    int64_t search(double slope) {
        Tensors start;
        for (const Tensor& param : params_) start.push_back(param.detach().clone());
        const auto evaluate = [&](double step) {
            move(step);
            evaluated();
            for (size_t i = 0; i < params_.size(); ++i) params_[i].copy_(start[i]);
            return LinePoint{step, loss_, gradient_, dot_of(gradient_, direction_)};
        };
        const LinePoint here{0, loss_, gradient_, slope};
        const LineSearchResult found = strong_wolfe(evaluate, here, step_, largest_of(direction_),
                                                    {.max_iterations = max_eval_ - evaluations_});
        step_ = found.point.step;
        loss_ = found.point.loss;
        gradient_ = found.point.gradient;
        move(step_);
        return found.evaluations;
    }

    /// One iteration; false when it was the last.
    bool iterate(int64_t iteration) {
        double& total = state_.number("n_iter");
        const bool is_first = ++total == 1;
        if (is_first) {
            direction_ = neg(gradient_);
            scale_ = 1;
        } else {
            remember();
            choose_direction();
        }
        previous_gradient_ = gradient_;
        previous_loss_ = loss_;
        step_ = is_first ? std::min(1.0, 1 / gradient_.abs().sum().item<double>()) * options_.lr()
                         : options_.lr();
        const double slope = dot_of(gradient_, direction_);
        if (slope > -options_.tolerance_change()) return false;

        const bool is_last = iteration == options_.max_iter();
        int64_t calls = 0;
        bool optimal = false;
        if (options_.line_search_fn()) {
            calls = search(slope);
            optimal = is_optimal();
        } else {
            move(step_);
            if (!is_last) {  // at the last one nobody asks what the loss is there
                evaluated();
                optimal = is_optimal();
                calls = 1;
            }
        }
        evaluations_ += calls;
        state_.number("func_evals") += static_cast<double>(calls);
        return !is_last && evaluations_ < max_eval_ && !optimal &&
               largest_of(direction_ * step_) > options_.tolerance_change() &&
               std::abs(loss_ - previous_loss_) >= options_.tolerance_change();
    }

    Tensor kept(const std::string& name) const {
        return Tensor::from(state_.arrays.at(name).clone());
    }

    void load() {
        if (!state_.has("d")) return;
        direction_ = kept("d");
        previous_gradient_ = kept("prev_flat_grad");
        step_ = state_.number("t");
        scale_ = state_.number("H_diag", 1);
        previous_loss_ = state_.number("prev_loss");
        for (size_t i = 0;; ++i) {
            std::string at(1, '.');  // "." + ... warns of an overlap that GCC 12 imagines
            at += std::to_string(i);
            if (!state_.has("old_dirs" + at)) break;
            history_.push_back(
                {kept("old_dirs" + at), kept("old_stps" + at), state_.number("ro" + at)});
        }
    }

    void save() {
        state_.arrays.clear();
        std::erase_if(state_.numbers,
                      [](const auto& entry) { return entry.first.starts_with("ro."); });
        state_.arrays["d"] = direction_.array().dense();
        state_.arrays["prev_flat_grad"] = previous_gradient_.array().dense();
        state_.numbers["t"] = step_;
        state_.numbers["H_diag"] = scale_;
        state_.numbers["prev_loss"] = previous_loss_;
        for (size_t i = 0; i < history_.size(); ++i) {
            std::string at(1, '.');  // "." + ... warns of an overlap that GCC 12 imagines
            at += std::to_string(i);
            state_.arrays["old_dirs" + at] = history_[i].y.array().dense();
            state_.arrays["old_stps" + at] = history_[i].s.array().dense();
            state_.numbers["ro" + at] = history_[i].rho;
        }
    }

    struct Pair {
        Tensor y, s;
        double rho;
    };

    const Tensors& params_;
    const LBFGSOptions& options_;
    const LossClosure& closure_;
    ParamState& state_;
    int64_t max_eval_, evaluations_ = 0;
    double sign_, loss_ = 0, previous_loss_ = 0, step_ = 0, scale_ = 1;
    Tensor gradient_, previous_gradient_, direction_;
    std::deque<Pair> history_;
};

Tensor LBFGS::step(const LossClosure& closure) {
    if (!closure) {
        throw UserError(
            "optim.closure",
            "LBFGS: step() needs a closure that computes the loss anew and its gradients");
    }
    const NoGradGuard no_grad;
    count_step();
    const Tensors& params = param_groups()[0].params();
    const auto& options = static_cast<const LBFGSOptions&>(param_groups()[0].options());
    return Run(params, options, closure, state_of(params[0])).run();
}

}  // namespace lithe::optim
