-- Rows of messages: who was told what, through which channel.

ALTER TABLE read_models DROP CONSTRAINT read_models_kind_check;
ALTER TABLE read_models ADD CONSTRAINT read_models_kind_check
  CHECK (kind IN ('workflow', 'approval', 'message'));
