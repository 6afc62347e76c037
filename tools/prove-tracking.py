"""Reads what mer writes for TensorBoard and MLflow with their own packages: python prove-tracking.py <logs> <mlruns>, prints JSON."""
import json
import os
import sys

os.environ['MLFLOW_ALLOW_FILE_STORE'] = 'true'
import mlflow
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

logs, mlruns = sys.argv[1:]
scalars = {}
texts = 0
for folder, _, files in os.walk(logs):
    if not any(name.startswith('events.out.tfevents') for name in files):
        continue
    events = EventAccumulator(folder, size_guidance={'scalars': 0})
    events.Reload()
    scalars[os.path.relpath(folder, logs)] = {
        tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in events.Tags()['scalars']
    }
    texts += len(events.Tags()['tensors'])

mlflow.set_tracking_uri('file://' + os.path.abspath(mlruns))
client = mlflow.MlflowClient()
runs = []
for experiment in client.search_experiments():
    for run in client.search_runs([experiment.experiment_id], max_results=5000):
        curves = {key: [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, key)] for key in run.data.metrics}
        runs.append({
            'experiment': experiment.name,
            'name': run.info.run_name,
            'status': run.info.status,
            'parent': 'mlflow.parentRunId' in run.data.tags,
            'params': len(run.data.params),
            'metrics': curves,
            'artifacts': [] if 'mlflow.parentRunId' in run.data.tags else [a.path for a in client.list_artifacts(run.info.run_id)],
        })
print(json.dumps({'scalars': scalars, 'texts': texts, 'runs': runs}))
