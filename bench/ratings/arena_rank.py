"""The same by arena-rank, as its own examples call it."""

import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.models.contextual_bradley_terry import ContextualBradleyTerry
from arena_rank.utils.data_utils import ContextualPairDataset, PairDataset

from bench.ratings.votes import STYLES, WINNERS, Job, SimulatedVotes


def from_strings(votes: SimulatedVotes) -> Job:
    frame = _frame(votes)
    return lambda: _rate(frame)


def from_categoricals(votes: SimulatedVotes) -> Job:
    frame = pd.DataFrame(
        {
            "model_a": pd.Categorical.from_codes(votes.model_a, votes.models),
            "model_b": pd.Categorical.from_codes(votes.model_b, votes.models),
            "winner": pd.Categorical.from_codes(votes.winner, WINNERS),
        }
    )
    return lambda: _rate(frame)


def style_control(votes: SimulatedVotes) -> Job:
    """The relative differences are there before it starts; it standardises them itself."""
    frame = _frame(votes)
    frame[list(STYLES)] = votes.style()

    def job() -> float:
        dataset = ContextualPairDataset.from_pandas(frame, list(STYLES), reweighted=False)
        model = ContextualBradleyTerry(n_competitors=len(dataset.competitors), n_features=len(STYLES))
        return float(model.compute_ratings_and_cis(dataset)["rating_upper"].sum())

    return job


def categories(votes: SimulatedVotes) -> Job:
    frame, members = _frame(votes), votes.categories()
    return lambda: [_rate(frame[inside]) for inside in members.values()]


def _frame(votes: SimulatedVotes) -> pd.DataFrame:
    return pd.DataFrame(dict(zip(("model_a", "model_b", "winner"), votes.words(), strict=True)))


def _rate(frame: pd.DataFrame) -> float:
    dataset = PairDataset.from_pandas(frame)
    results = BradleyTerry(n_competitors=len(dataset.competitors)).compute_ratings_and_cis(dataset)
    # JAX answers before it is done; a number that is asked for is there.
    return float(results["rating_upper"].sum())
